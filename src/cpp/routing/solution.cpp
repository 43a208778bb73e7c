#include "solution.h"

#include <algorithm>
#include <utility>

namespace milkfloat::routing {

Solution::Solution(const Problem &problem, Evaluator &evaluator)
    : problem_(problem),
      evaluator_(evaluator),
      itinerary_(problem),
      routes_(problem.vehicle_type.size()),
      spots_(problem.tasks.size()),
      absent_at_(problem.orders.size(), -1),
      used_at_(routes_.size(), -1),
      free_(problem.types.size()),
      in_free_(routes_.size(), 1),
      is_saved_(routes_.size(), 0),
      best_visits_(routes_.size()),
      best_route_cost_(routes_.size(), 0.0),
      is_changed_(routes_.size(), 0) {
    for (std::int32_t order = 0; order < problem.order_count(); ++order) {
        note_absent(order, true);
    }
    for (std::int32_t vehicle = problem.vehicle_count(); vehicle-- > 0;) {
        Route &route = routes_[static_cast<std::size_t>(vehicle)];
        route.vehicle = vehicle;
        free_[static_cast<std::size_t>(problem.vehicle_type[static_cast<std::size_t>(vehicle)])].push_back(vehicle);
        const VehicleType &type = problem.type_of(vehicle);
        if (type.under_way || !type.frozen.empty()) {
            // A van that is out comes home, whether it gets more to do or not.
            set_route(vehicle, type.frozen, evaluator_.cost(vehicle, type.frozen));
        }
    }
}

double Solution::distance() const {
    double total = 0.0;
    for (const std::int32_t vehicle : used_) {
        total += route(vehicle).distance();
    }
    return total;
}

std::int32_t Solution::free_vehicle(std::int32_t type) const {
    const std::vector<std::int32_t> &stack = free_[static_cast<std::size_t>(type)];
    for (std::size_t i = stack.size(); i-- > 0;) {
        if (used_at_[static_cast<std::size_t>(stack[i])] < 0) {
            return stack[i];
        }
    }
    return -1;
}

void Solution::note_absent(std::int32_t order, bool absent) {
    std::int32_t &at = absent_at_[static_cast<std::size_t>(order)];
    if ((at >= 0) == absent) {
        return;
    }
    if (absent) {
        at = static_cast<std::int32_t>(absent_.size());
        absent_.push_back(order);
        penalty_ += problem_.order(order).penalty;
    } else {
        absent_at_[static_cast<std::size_t>(absent_.back())] = at;
        absent_[static_cast<std::size_t>(at)] = absent_.back();
        absent_.pop_back();
        at = -1;
        penalty_ = absent_.empty() ? 0.0 : penalty_ - problem_.order(order).penalty;
    }
}

void Solution::note_used(std::int32_t vehicle, bool used) {
    std::int32_t &at = used_at_[static_cast<std::size_t>(vehicle)];
    if ((at >= 0) == used) {
        return;
    }
    std::vector<std::int32_t> &stack =
        free_[static_cast<std::size_t>(problem_.vehicle_type[static_cast<std::size_t>(vehicle)])];
    std::uint8_t &listed = in_free_[static_cast<std::size_t>(vehicle)];
    if (used) {
        at = static_cast<std::int32_t>(used_.size());
        used_.push_back(vehicle);
        while (!stack.empty() && used_at_[static_cast<std::size_t>(stack.back())] >= 0) {
            in_free_[static_cast<std::size_t>(stack.back())] = 0;
            stack.pop_back();
        }
    } else {
        used_at_[static_cast<std::size_t>(used_.back())] = at;
        used_[static_cast<std::size_t>(at)] = used_.back();
        used_.pop_back();
        at = -1;
        if (listed == 0) {
            listed = 1;
            stack.push_back(vehicle);
        }
    }
}

void Solution::replace(std::int32_t vehicle, Route &&route) {
    Route &current = routes_[static_cast<std::size_t>(vehicle)];
    for (const Visit &visit : current.visits) {
        if (visit.kind == VisitKind::stop) {
            spots_[static_cast<std::size_t>(visit.index)] = Spot{};
        }
    }
    route_cost_ += route.cost - current.cost;
    std::swap(current, route);
    for (std::size_t i = 0; i < current.visits.size(); ++i) {
        const Visit &visit = current.visits[i];
        if (visit.kind == VisitKind::stop) {
            spots_[static_cast<std::size_t>(visit.index)] = {vehicle, static_cast<std::int32_t>(i + 1)};
            note_absent(problem_.task(visit.index).order, false);
        }
    }
    for (const Visit &visit : route.visits) { // those that were there before
        if (visit.kind == VisitKind::stop && spot(visit.index).vehicle < 0) {
            note_absent(problem_.task(visit.index).order, true);
        }
    }
    const VehicleType &type = problem_.type_of(vehicle);
    note_used(vehicle, !current.visits.empty() || type.under_way);
    if (is_changed_[static_cast<std::size_t>(vehicle)] == 0) {
        is_changed_[static_cast<std::size_t>(vehicle)] = 1;
        changed_.push_back(vehicle);
    }
}

void Solution::set_route(std::int32_t vehicle, std::vector<Visit> visits, double cost) {
    Route route;
    route.vehicle = vehicle;
    route.visits = std::move(visits);
    route.cost = cost;
    if (!route.visits.empty() || problem_.type_of(vehicle).under_way) {
        route.refresh(problem_, itinerary_);
    }
    replace(vehicle, std::move(route));
    // `replace` left the former route in `route`: keep the first one since the mark.
    if (is_saved_[static_cast<std::size_t>(vehicle)] == 0) {
        is_saved_[static_cast<std::size_t>(vehicle)] = 1;
        saved_.push_back(std::move(route));
    }
}

void Solution::mark() {
    for (const Route &route : saved_) {
        is_saved_[static_cast<std::size_t>(route.vehicle)] = 0;
    }
    saved_.clear();
}

std::vector<std::int32_t> Solution::touched() const {
    std::vector<std::int32_t> vehicles;
    for (const Route &route : saved_) {
        vehicles.push_back(route.vehicle);
    }
    return vehicles;
}

void Solution::take_back() {
    // Twice, because an order may have moved from one saved route to another: the first pass empties, the second fills.
    for (Route &route : saved_) {
        Route empty;
        empty.vehicle = route.vehicle;
        replace(route.vehicle, std::move(empty));
    }
    for (Route &route : saved_) {
        is_saved_[static_cast<std::size_t>(route.vehicle)] = 0;
        replace(route.vehicle, std::move(route));
    }
    saved_.clear();
}

void Solution::keep_as_best() {
    for (const std::int32_t vehicle : changed_) {
        const auto i = static_cast<std::size_t>(vehicle);
        best_visits_[i] = routes_[i].visits;
        best_route_cost_[i] = routes_[i].cost;
        is_changed_[i] = 0;
    }
    changed_.clear();
    best_absent_ = absent_;
    best_cost_ = cost();
    best_distance_ = distance();
    best_used_ = used_.size();
}

void Solution::return_to_best() {
    mark();
    const std::vector<std::int32_t> vehicles = changed_;
    for (const std::int32_t vehicle : vehicles) {
        set_route(vehicle, {}, 0.0);
    }
    for (const std::int32_t vehicle : vehicles) {
        const auto i = static_cast<std::size_t>(vehicle);
        set_route(vehicle, best_visits_[i], best_route_cost_[i]);
        is_changed_[i] = 0;
    }
    changed_.clear();
    mark();
}

} // namespace milkfloat::routing
