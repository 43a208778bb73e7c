#include "itinerary.h"

#include <algorithm>

namespace milkfloat::routing {

Itinerary::Itinerary(const Problem &problem)
    : problem_(problem),
      load_(static_cast<std::size_t>(problem.dimensions)),
      seen_(problem.orders.size(), 0) {}

bool Itinerary::lay_out(std::int32_t vehicle, std::span<const Visit> visits) {
    vehicle_ = vehicle;
    type_ = &problem_.type_of(vehicle);
    visits_ = visits;
    const std::size_t count = visits.size() + 2;
    stops_.assign(count, Stopover{});
    loads_.assign(count * static_cast<std::size_t>(problem_.dimensions), 0.0);

    Stopover &start = stops_.front();
    start.kind = VisitKind::reload;
    start.location = type_->start;
    start.duration = type_->under_way ? 0.0 : type_->load_time;
    Stopover &end = stops_.back();
    end.kind = VisitKind::reload;
    end.location = type_->end;

    std::int32_t task_count = 0;
    std::int32_t trips = 1;
    std::int32_t here = type_->start;
    for (std::size_t i = 0; i < visits.size(); ++i) {
        const Visit &visit = visits[i];
        Stopover &stop = stops_[i + 1];
        stop.kind = visit.kind;
        stop.visit = static_cast<std::int32_t>(i);
        stop.index = visit.index;
        switch (visit.kind) {
        case VisitKind::stop: {
            const Task &task = problem_.task(visit.index);
            stop.location = task.location;
            stop.duration = task.service + (task.location == here ? 0.0 : task.setup);
            stop.windows = problem_.windows.data() + task.window_begin;
            stop.window_count = task.window_end - task.window_begin;
            ++task_count;
            break;
        }
        case VisitKind::reload:
            stop.location = visit.index;
            stop.duration = type_->reload_time;
            ++trips;
            break;
        case VisitKind::charge: {
            const Station &station = problem_.stations[static_cast<std::size_t>(visit.index)];
            stop.location = station.location;
            stop.duration = station.access_time;
            stop.charge = visit.charge;
            break;
        }
        case VisitKind::pause: {
            const Break &pause = type_->breaks[static_cast<std::size_t>(visit.index)];
            stop.location = here;
            stop.duration = pause.duration;
            stop.windows = pause.windows.data();
            stop.window_count = static_cast<std::int32_t>(pause.windows.size());
            break;
        }
        }
        here = stop.location;
    }
    if (task_count > type_->max_stops || trips > std::max(type_->max_trips, 1)) {
        return false;
    }
    std::size_t first = 0;
    bool first_trip = true;
    for (std::size_t i = 1; i < count; ++i) {
        if (stops_[i].kind == VisitKind::reload) {
            if (!lay_out_trip(first, i, first_trip)) {
                return false;
            }
            first = i;
            first_trip = false;
        }
    }
    return true;
}

// Loads, releases and shipments of the trip between the reloads (or start and end) `first` and `last`.
bool Itinerary::lay_out_trip(std::size_t first, std::size_t last, bool first_trip) {
    const auto dimensions = static_cast<std::size_t>(problem_.dimensions);
    ++stamp_;
    std::fill(load_.begin(), load_.end(), 0.0);
    if (first_trip && !type_->initial_load.empty()) {
        std::copy(type_->initial_load.begin(), type_->initial_load.end(), load_.begin());
    }
    double release = -kInfinity;
    for (std::size_t i = first + 1; i < last; ++i) {
        if (stops_[i].kind != VisitKind::stop) {
            continue;
        }
        const std::int32_t index = problem_.task(stops_[i].index).order;
        const Order &order = problem_.order(index);
        if (order.onboard >= 0) {
            if (order.onboard != vehicle_ || !first_trip) {
                return false;
            }
        } else {
            release = std::max(release, order.release);
        }
        if (order.task_count == 1) {
            const double *delivery = problem_.loads(problem_.delivery, index);
            bool brings = false;
            for (std::size_t d = 0; d < dimensions; ++d) {
                load_[d] += delivery[d];
                brings |= delivery[d] > 0.0;
            }
            if (brings && first_trip && type_->under_way && order.onboard < 0) {
                return false; // it is out and cannot have loaded this order
            }
        }
    }
    stops_[first].release = release;
    std::int32_t open_shipments = 0;
    for (std::size_t i = first; i < last; ++i) {
        if (i > first && stops_[i].kind == VisitKind::stop) {
            const Task &task = problem_.task(stops_[i].index);
            const auto order = static_cast<std::size_t>(task.order);
            if (task.partner < 0) {
                const double *delivery = problem_.loads(problem_.delivery, task.order);
                const double *pickup = problem_.loads(problem_.pickup, task.order);
                for (std::size_t d = 0; d < dimensions; ++d) {
                    load_[d] += pickup[d] - delivery[d];
                }
            } else {
                if (task.is_delivery == (seen_[order] != stamp_)) {
                    return false; // delivered before it was picked up, or picked up twice
                }
                seen_[order] = task.is_delivery ? 0 : stamp_;
                open_shipments += task.is_delivery ? -1 : 1;
                const double *amount = problem_.loads(problem_.amount, task.order);
                for (std::size_t d = 0; d < dimensions; ++d) {
                    load_[d] += task.is_delivery ? -amount[d] : amount[d];
                }
            }
        }
        for (std::size_t d = 0; d < dimensions; ++d) {
            if (load_[d] > type_->capacity[d] + kTolerance) {
                return false;
            }
            loads_[i * dimensions + d] = load_[d];
        }
        if (problem_.mass_dimension >= 0) {
            stops_[i].mass = load_[static_cast<std::size_t>(problem_.mass_dimension)];
        }
    }
    return open_shipments == 0;
}

} // namespace milkfloat::routing
