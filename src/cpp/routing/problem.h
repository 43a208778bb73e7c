#ifndef MILKFLOAT_ROUTING_PROBLEM_H
#define MILKFLOAT_ROUTING_PROBLEM_H

// The problem as the search sees it: flat, validated by Python, never changed.
//
// All numbers are doubles. Integral data up to 2^53 stays exact, so an integer instance is searched exactly, and
// charging curves interpolate without a second numeric type.

#include "metric.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace milkfloat::routing {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
// Windows and batteries are compared with this slack, far below the checker's 1e-6, so that sums of doubles in a
// different order never turn a feasible route into an infeasible one.
inline constexpr double kTolerance = 1e-7;

struct Window {
    double early;
    double late;
};

// Concave, non-decreasing energy over charging time from empty.
struct ChargeCurve {
    std::vector<double> time;
    std::vector<double> energy;

    [[nodiscard]] bool usable() const { return time.size() >= 2; }
    [[nodiscard]] double energy_max() const { return energy.back(); }
    [[nodiscard]] double time_at(double level) const;     // time to reach `level` from empty
    [[nodiscard]] double energy_at(double elapsed) const; // level after `elapsed` from empty
};

enum class VisitKind : std::uint8_t { stop, charge, reload, pause };

// One entry of a route between its start and its end.
struct Visit {
    VisitKind kind = VisitKind::stop;
    std::int32_t index = 0; // task, station, location of the depot, or break
    double charge = -1.0;   // energy of a frozen charge; negative: until full
};

struct Task {
    std::int32_t order;
    std::int32_t location;
    double service;
    double setup;
    std::int32_t window_begin;
    std::int32_t window_end;
    std::int32_t partner; // the other task of a shipment, or -1
    bool is_delivery;     // second task of a shipment
};

struct Order {
    std::int32_t first_task;
    std::int32_t task_count;
    double penalty; // cost of leaving it out
    double release;
    std::int32_t onboard; // vehicle that carries it, or -1
};

struct Battery {
    double capacity;
    double start;
    double reserve;
    double end_min;
    std::vector<ChargeCurve> curves; // by station kind; an unusable curve means: cannot charge there
};

struct Station {
    std::int32_t location;
    std::int32_t kind;
    double access_time;
};

struct Break {
    std::vector<Window> windows;
    double duration;
};

// What equal vans have in common; a van that an order names has a type of its own.
struct VehicleType {
    std::int32_t profile;
    std::int32_t start;
    std::int32_t end; // -1: the shift ends at the last stop
    Window shift;
    std::vector<double> capacity; // per dimension, infinite when unlimited
    std::vector<std::int32_t> depots;
    std::int32_t max_trips;
    double reload_time;
    double load_time;
    double fixed_cost;
    double cost_per_distance;
    double cost_per_time;
    double max_duration;
    double max_distance;
    double max_travel_time;
    std::int32_t max_stops;
    double speed_factor;
    double aux_power;
    bool has_battery;
    Battery battery;
    std::vector<Break> breaks;
    bool under_way;
    std::vector<double> initial_load;
    std::vector<Visit> frozen;

    // Whether charges or pauses have to be found for its routes.
    [[nodiscard]] bool needs_labels() const { return has_battery || !breaks.empty(); }
    // Whether the length of its shift matters, beyond being on time.
    [[nodiscard]] bool times_matter() const {
        return cost_per_time != 0.0 || max_duration < kInfinity || max_travel_time < kInfinity;
    }
};

struct Problem {
    std::int32_t dimensions = 0;
    std::int32_t mass_dimension = -1;
    bool full_charging = false;
    bool count_service = true; // whether cost_per_time counts service
    std::vector<Metric> metrics;
    std::vector<double> x, y; // of locations
    std::vector<Window> windows;
    std::vector<Task> tasks;
    std::vector<Order> orders;
    std::vector<double> delivery, pickup, amount; // orders x dimensions
    std::vector<VehicleType> types;
    std::vector<std::int32_t> vehicle_type; // of each vehicle
    std::vector<std::uint8_t> compatible;   // orders x types
    std::vector<Station> stations;

    [[nodiscard]] std::int32_t order_count() const { return static_cast<std::int32_t>(orders.size()); }
    [[nodiscard]] std::int32_t vehicle_count() const { return static_cast<std::int32_t>(vehicle_type.size()); }
    [[nodiscard]] const VehicleType &type_of(std::int32_t vehicle) const {
        return types[static_cast<std::size_t>(vehicle_type[static_cast<std::size_t>(vehicle)])];
    }
    [[nodiscard]] const Task &task(std::int32_t index) const { return tasks[static_cast<std::size_t>(index)]; }
    [[nodiscard]] const Order &order(std::int32_t index) const { return orders[static_cast<std::size_t>(index)]; }
    [[nodiscard]] bool fits(std::int32_t order, std::int32_t type) const {
        return compatible[static_cast<std::size_t>(order) * types.size() + static_cast<std::size_t>(type)] != 0;
    }
    [[nodiscard]] const Metric &metric_of(const VehicleType &vehicle) const {
        return metrics[static_cast<std::size_t>(vehicle.profile)];
    }
    // A row of `delivery`, `pickup` or `amount`.
    [[nodiscard]] const double *loads(const std::vector<double> &table, std::int32_t order) const {
        return table.data() + static_cast<std::size_t>(order) * static_cast<std::size_t>(dimensions);
    }
};

} // namespace milkfloat::routing

#endif
