#include "route.h"

#include <algorithm>

namespace milkfloat::routing {

void Route::refresh(const Problem &problem, Itinerary &itinerary) {
    itinerary.lay_out(vehicle, visits);
    const VehicleType &type = problem.type_of(vehicle);
    const Metric &metric = problem.metric_of(type);
    const std::vector<Stopover> &stops = itinerary.stops();
    const std::size_t count = stops.size();
    const auto dimensions = static_cast<std::size_t>(problem.dimensions);
    place.resize(count);
    depart.resize(count);
    latest.resize(count);
    duration.resize(count);
    trip.resize(count);
    travelled.resize(count);

    place[0] = type.start;
    depart[0] = std::max(type.shift.early + stops[0].duration, stops[0].release);
    duration[0] = stops[0].duration;
    trip[0] = 0;
    travelled[0] = 0.0;
    for (std::size_t p = 1; p < count; ++p) {
        const Stopover &stop = stops[p];
        place[p] = stop.location;
        duration[p] = stop.duration;
        trip[p] = trip[p - 1] + (stop.kind == VisitKind::reload ? 1 : 0);
        double arrival = depart[p - 1];
        travelled[p] = travelled[p - 1];
        if (stop.location >= 0 && stop.location != place[p - 1]) {
            travelled[p] += metric.distance(place[p - 1], stop.location, depart[p - 1]);
            arrival += metric.travel_time(place[p - 1], stop.location, depart[p - 1]) / type.speed_factor;
        }
        depart[p] = std::max(service_start(stop, arrival) + stop.duration, stop.release);
    }
    latest[count - 1] = type.shift.late;
    for (std::size_t p = count - 1; p-- > 0;) {
        double leave = latest[p + 1];
        if (place[p + 1] >= 0 && place[p] != place[p + 1]) {
            leave = metric.latest_departure(place[p], place[p + 1], leave, type.speed_factor);
        }
        latest[p] = latest_start(stops[p], leave - stops[p].duration);
    }
    if (dimensions == 0) {
        return;
    }
    load = itinerary.loads();
    load_before = load;
    load_after = load;
    for (std::size_t p = 1; p + 1 < count; ++p) {
        if (stops[p].kind != VisitKind::reload) {
            for (std::size_t d = 0; d < dimensions; ++d) {
                double &here = load_before[p * dimensions + d];
                here = std::max(here, load_before[(p - 1) * dimensions + d]);
            }
        }
    }
    for (std::size_t p = count - 1; p-- > 0;) {
        if (p + 1 < count - 1 && stops[p + 1].kind != VisitKind::reload) {
            for (std::size_t d = 0; d < dimensions; ++d) {
                double &here = load_after[p * dimensions + d];
                here = std::max(here, load_after[(p + 1) * dimensions + d]);
            }
        }
    }
}

} // namespace milkfloat::routing
