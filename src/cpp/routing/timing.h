#ifndef MILKFLOAT_ROUTING_TIMING_H
#define MILKFLOAT_ROUTING_TIMING_H

// Drives an itinerary with its charges and pauses through the day, and chooses when to leave.

#include "itinerary.h"

namespace milkfloat::routing {

// A charge or a pause that the evaluation put into an itinerary, after one of its stopovers.
struct Insert {
    std::int32_t after;
    bool is_pause;
    std::int32_t index; // station, or break of the vehicle
    double level = 0.0; // charge up to this energy
};

// What happens at one step of a route; the order of steps is that of driving.
struct Moment {
    VisitKind kind;
    std::int32_t index; // task, station, break; -1 for start, reload and end
    std::int32_t location;
    std::int32_t stopover; // -1 for inserted charges and pauses
    double arrival, start, departure, distance, level, charge;
};

struct Timeline {
    double departure = 0.0;
    double end = 0.0;
    double distance = 0.0;
    double travel_time = 0.0;
    double service_time = 0.0; // counted out of the duration where the objective does not want it
    double energy = 0.0;
    double slack = 0.0; // how much later it could leave and still end at the same time (fixed travel times only)

    [[nodiscard]] double duration() const { return end - departure; }
};

class Timing {
public:
    explicit Timing(const Problem &problem) : problem_(problem) {}

    // Leaves at `departure` and drives; false when a window, limit or the battery forbids it.
    bool drive(const VehicleType &type,
               const Itinerary &itinerary,
               std::span<const Insert> inserts,
               double departure,
               Timeline &line,
               std::vector<Moment> *moments = nullptr) const;

    // The cheapest departure; `effort` is the number of departures tried where travel times change with the time.
    bool best_departure(const VehicleType &type,
                        const Itinerary &itinerary,
                        std::span<const Insert> inserts,
                        int effort,
                        Timeline &line) const;

    [[nodiscard]] double cost(const VehicleType &type, const Timeline &line) const {
        const double counted = line.duration() - (problem_.count_service ? 0.0 : line.service_time);
        return type.fixed_cost + type.cost_per_distance * line.distance + type.cost_per_time * counted;
    }

    [[nodiscard]] static double earliest_departure(const VehicleType &type, const Itinerary &itinerary) {
        const Stopover &start = itinerary.stops().front();
        return std::max(type.shift.early + start.duration, start.release);
    }

    // The last departure from which the end is still reached by `end`, charges and pauses left aside.
    [[nodiscard]] double latest_departure(const VehicleType &type, const Itinerary &itinerary, double end) const;

private:
    const Problem &problem_;
};

} // namespace milkfloat::routing

#endif
