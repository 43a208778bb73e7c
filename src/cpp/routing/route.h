#ifndef MILKFLOAT_ROUTING_ROUTE_H
#define MILKFLOAT_ROUTING_ROUTE_H

// The route of one vehicle in the search, with what decides in constant time whether a stop fits in.
//
// Positions count stopovers: 0 is the start, 1 .. size() the visits, size() + 1 the end. Time bounds leave battery and
// pauses aside, so they may let through what the exact evaluation refuses, never the other way round.

#include "itinerary.h"

namespace milkfloat::routing {

struct Route {
    std::int32_t vehicle = -1;
    std::vector<Visit> visits;
    double cost = 0.0;

    // Per position, refreshed by `refresh`.
    std::vector<std::int32_t> place;                   // locations, -1 for an open end
    std::vector<double> depart;                        // earliest departure
    std::vector<double> latest;                        // latest arrival
    std::vector<double> duration;                      // service from its start
    std::vector<std::int32_t> trip;                    // the trip one is on when leaving
    std::vector<double> travelled;                     // distance from the start, at the earliest departures
    std::vector<double> load, load_before, load_after; // positions x dimensions: on leaving; largest in the trip up to
                                                       // here, and from here on
    [[nodiscard]] std::size_t size() const { return visits.size(); }
    [[nodiscard]] std::size_t end() const { return visits.size() + 1; }
    [[nodiscard]] bool empty() const { return visits.empty(); }
    [[nodiscard]] double distance() const { return travelled.empty() ? 0.0 : travelled.back(); }

    void refresh(const Problem &problem, Itinerary &itinerary);
};

} // namespace milkfloat::routing

#endif
