#ifndef MILKFLOAT_ROUTING_METRIC_H
#define MILKFLOAT_ROUTING_METRIC_H

// How far, how long and how much energy from one location to another.
//
// One class instead of a hierarchy: the kind is decided by a well-predicted switch, and the static matrix, by far the
// commonest kind, costs one load. Arrays belong to Python, which keeps them alive as long as the problem.

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace milkfloat::routing {

enum class MetricKind : std::uint8_t { matrix, slices, euclidean, great_circle, speeds, arrivals };
enum class Rounding : std::uint8_t { exact, truncate, nearest, up };

struct Metric {
    MetricKind kind = MetricKind::matrix;
    std::size_t n = 0;
    // matrix, slices
    const double *time = nullptr;
    const double *distance_table = nullptr;
    const double *energy_table = nullptr;
    const double *energy_per_load_table = nullptr;
    std::size_t slices = 1;
    bool distance_sliced = false, energy_sliced = false, energy_per_load_sliced = false;
    double slice_start = 0.0, slice_width = 1.0;
    // coordinates
    const double *x = nullptr;
    const double *y = nullptr;
    Rounding rounding = Rounding::exact;
    double factor = 1.0, resolution = 1.0, speed = 1.0, energy_per_distance = 0.0;
    // speeds
    const std::uint8_t *category = nullptr;
    const double *period_start = nullptr;
    const double *speed_table = nullptr;
    std::size_t periods = 0;
    // arrivals
    const std::int64_t *offset = nullptr;
    const double *departure = nullptr;
    const double *arrival = nullptr;

    [[nodiscard]] bool is_static() const {
        return kind == MetricKind::matrix || kind == MetricKind::euclidean || kind == MetricKind::great_circle;
    }
    [[nodiscard]] bool has_energy() const { return energy_table != nullptr || energy_per_distance != 0.0; }

    [[nodiscard]] double distance(std::int32_t from, std::int32_t to, double depart = 0.0) const {
        if (kind == MetricKind::euclidean || kind == MetricKind::great_circle) {
            return coordinate_distance(from, to);
        }
        const std::size_t cell = at(from, to);
        return distance_table[distance_sliced ? slice(depart) * n * n + cell : cell];
    }

    // Travel time for a departure at `depart`.
    [[nodiscard]] double travel_time(std::int32_t from, std::int32_t to, double depart) const {
        switch (kind) {
        case MetricKind::matrix:
            return time[at(from, to)];
        case MetricKind::euclidean:
        case MetricKind::great_circle:
            return coordinate_distance(from, to) / speed;
        case MetricKind::slices:
            return sliced_time(from, to, depart);
        case MetricKind::speeds:
            return speeds_time(from, to, depart);
        case MetricKind::arrivals:
            return arrivals_time(from, to, depart);
        }
        return 0.0;
    }

    // The latest departure that arrives by `arrive_by` at travel times divided by `speed_factor`: the inverse of the
    // arrival function.
    [[nodiscard]] double
    latest_departure(std::int32_t from, std::int32_t to, double arrive_by, double speed_factor) const;

    // Energy from the battery of a van with `mass` of load, auxiliaries not included.
    [[nodiscard]] double energy(std::int32_t from, std::int32_t to, double depart, double mass) const {
        if (energy_table == nullptr) {
            return energy_per_distance == 0.0 ? 0.0 : distance(from, to, depart) * energy_per_distance;
        }
        const std::size_t cell = at(from, to);
        double drawn = energy_table[energy_sliced ? slice(depart) * n * n + cell : cell];
        if (mass != 0.0 && energy_per_load_table != nullptr) {
            drawn += mass * energy_per_load_table[energy_per_load_sliced ? slice(depart) * n * n + cell : cell];
        }
        return drawn;
    }

private:
    static constexpr double kBoundary = 1e-7;

    [[nodiscard]] std::size_t at(std::int32_t from, std::int32_t to) const {
        return static_cast<std::size_t>(from) * n + static_cast<std::size_t>(to);
    }
    // The slice that holds an instant, clamped to the first and the last. What is short of a boundary by less than
    // kBoundary of a slice belongs to the next one: departures often lie on boundaries, and sums of doubles may not.
    [[nodiscard]] std::size_t slice(double instant) const {
        const double position = std::floor((instant - slice_start) / slice_width + kBoundary);
        if (!(position > 0.0)) {
            return 0;
        }
        return position >= static_cast<double>(slices) ? slices - 1 : static_cast<std::size_t>(position);
    }
    [[nodiscard]] double coordinate_distance(std::int32_t from, std::int32_t to) const;
    [[nodiscard]] double sliced_time(std::int32_t from, std::int32_t to, double depart) const;
    [[nodiscard]] double speeds_time(std::int32_t from, std::int32_t to, double depart) const;
    [[nodiscard]] double arrivals_time(std::int32_t from, std::int32_t to, double depart) const;
};

} // namespace milkfloat::routing

#endif
