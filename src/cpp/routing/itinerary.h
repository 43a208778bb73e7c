#ifndef MILKFLOAT_ROUTING_ITINERARY_H
#define MILKFLOAT_ROUTING_ITINERARY_H

// A sequence of visits laid out for timing: places, durations, windows, releases and loads, charges not yet chosen.

#include "problem.h"

#include <span>

namespace milkfloat::routing {

// One place of a route, from its start (first) to its end (last).
struct Stopover {
    VisitKind kind = VisitKind::stop; // the start and the end are reloads without a visit
    std::int32_t visit = -1;          // position in the visits, -1 for start and end
    std::int32_t index = -1;
    std::int32_t location = -1; // -1: an open end, nowhere
    double duration = 0.0;
    const Window *windows = nullptr;
    std::int32_t window_count = 0;
    double release = -kInfinity; // earliest departure
    double mass = 0.0;           // on board when leaving
    double charge = -1.0;        // of a frozen charge; negative: until full
};

class Itinerary {
public:
    explicit Itinerary(const Problem &problem);

    // Lays the visits out. False when a load exceeds a capacity, a shipment is torn apart, or a trip may not be made.
    bool lay_out(std::int32_t vehicle, std::span<const Visit> visits);

    [[nodiscard]] const std::vector<Stopover> &stops() const { return stops_; }
    // Loads when leaving each stopover: stopovers x dimensions.
    [[nodiscard]] const std::vector<double> &loads() const { return loads_; }

private:
    bool lay_out_trip(std::size_t first, std::size_t last, bool first_trip);

    const Problem &problem_;
    std::int32_t vehicle_ = -1;
    const VehicleType *type_ = nullptr;
    std::span<const Visit> visits_;
    std::vector<Stopover> stops_;
    std::vector<double> loads_;
    std::vector<double> load_;        // scratch, per dimension
    std::vector<std::uint32_t> seen_; // per order: stamp of the trip that picked it up
    std::uint32_t stamp_ = 0;
};

// The first instant from `arrival` on at which service may start, infinity if none.
inline double service_start(const Stopover &stop, double arrival) {
    if (stop.window_count == 0) {
        return arrival;
    }
    for (std::int32_t i = 0; i < stop.window_count; ++i) {
        if (arrival <= stop.windows[i].late + kTolerance) {
            return arrival > stop.windows[i].early ? arrival : stop.windows[i].early;
        }
    }
    return kInfinity;
}

// The last instant up to `limit` at which service may start, minus infinity if none.
inline double latest_start(const Stopover &stop, double limit) {
    if (stop.window_count == 0) {
        return limit;
    }
    for (std::int32_t i = stop.window_count - 1; i >= 0; --i) {
        if (limit >= stop.windows[i].early - kTolerance) {
            return limit < stop.windows[i].late ? limit : stop.windows[i].late;
        }
    }
    return -kInfinity;
}

} // namespace milkfloat::routing

#endif
