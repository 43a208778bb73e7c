#include "insertion.h"

#include <algorithm>

namespace milkfloat::routing {

namespace {

// Problems with more tasks than this look for places next to near tasks first, not everywhere.
constexpr std::size_t kScanAll = 400;
constexpr std::size_t kNearTasks = 40;
// Exact evaluations per order: this many once a feasible place is known, and this many to find the first.
constexpr int kEvaluations = 5;
constexpr int kEvaluationsToFirst = 40;

// Whether vans of the type are at the depot with nothing decided.
bool is_free(const VehicleType &type) { return !type.under_way && type.frozen.empty(); }

bool fits(const double *held, const double *added, const std::vector<double> &capacity) {
    for (std::size_t d = 0; d < capacity.size(); ++d) {
        if (held[d] + added[d] > capacity[d] + kTolerance) {
            return false;
        }
    }
    return true;
}

} // namespace

Inserter::Inserter(const Problem &problem, Evaluator &evaluator, const Neighbours &neighbours)
    : problem_(problem),
      evaluator_(evaluator),
      neighbours_(neighbours) {
    bool has_setup = false;
    for (const Task &task : problem.tasks) {
        has_setup |= task.setup != 0.0;
    }
    for (const VehicleType &type : problem.types) {
        const Metric &metric = problem.metric_of(type);
        plain_type_.push_back(!type.needs_labels() && !type.times_matter() && !has_setup && !metric.distance_sliced);
        frozen_.push_back(type.frozen.size());
        std::vector<std::int32_t> others;
        for (std::int32_t t = 0; t < static_cast<std::int32_t>(problem.types.size()); ++t) {
            const VehicleType &other = problem.types[static_cast<std::size_t>(t)];
            if (&other != &type && other.start == type.start && other.end == type.end && is_free(other) &&
                is_free(type)) {
                others.push_back(t);
            }
        }
        alternatives_.push_back(std::move(others));
    }
}

bool Inserter::may_take_over(const Route &route, std::int32_t type) const {
    return std::all_of(route.visits.begin(), route.visits.end(), [&](const Visit &visit) {
        return visit.kind != VisitKind::stop || problem_.fits(problem_.task(visit.index).order, type);
    });
}

// The order after `p` in a van of another type that holds it, too.
void Inserter::try_larger(
    const Route &route, const VehicleType &type, std::int32_t order, std::size_t p, double detour) {
    const auto dimensions = static_cast<std::size_t>(problem_.dimensions);
    const auto index = static_cast<std::int32_t>(&type - problem_.types.data());
    Place best{};
    best.delta = kInfinity;
    for (const std::int32_t t : alternatives(index)) {
        const VehicleType &other = problem_.types[static_cast<std::size_t>(t)];
        const double delta = other.fixed_cost - type.fixed_cost + other.cost_per_distance * detour +
                             (other.cost_per_distance - type.cost_per_distance) * route.distance();
        if (delta < best.delta && problem_.fits(order, t) &&
            fits(&route.load_before[p * dimensions], problem_.loads(problem_.delivery, order), other.capacity) &&
            fits(&route.load_after[p * dimensions], problem_.loads(problem_.pickup, order), other.capacity) &&
            solution_->free_vehicle(t) >= 0) {
            best = {delta, route.vehicle, static_cast<std::int32_t>(p), -1, -1, false, false, t};
        }
    }
    if (best.delta < kInfinity) {
        add(best);
    }
}

bool Inserter::bounds_decide(const VehicleType &type, std::int32_t order) const {
    const auto index = static_cast<std::size_t>(&type - problem_.types.data());
    return plain_type_[index] != 0 && problem_.order(order).release == -kInfinity;
}

void Inserter::add(const Place &place) {
    if (!place.exact) {
        candidates_.push_back(place);
    } else if (place.delta < best_exact_.delta) {
        best_exact_ = place;
    }
}

// One task between the stopovers `p` and `p + 1`.
void Inserter::try_after(
    const Route &route, const VehicleType &type, std::int32_t order, const Task &task, std::size_t p) {
    const Metric &metric = problem_.metric_of(type);
    const bool exact = bounds_decide(type, order);
    const std::int32_t from = route.place[p];
    const std::int32_t to = route.place[p + 1];
    const double depart = route.depart[p];
    const double there = metric.distance(from, task.location, depart);
    const double onwards = to < 0 ? 0.0 : metric.distance(task.location, to, depart);
    const double before = to < 0 ? 0.0 : metric.distance(from, to, depart);
    double delta = type.cost_per_distance * (there + onwards - before);
    if (exact && delta >= best_exact_.delta) {
        return;
    }
    const auto dimensions = static_cast<std::size_t>(problem_.dimensions);
    const bool overloaded =
        dimensions > 0 &&
        (!fits(&route.load_before[p * dimensions], problem_.loads(problem_.delivery, order), type.capacity) ||
         !fits(&route.load_after[p * dimensions], problem_.loads(problem_.pickup, order), type.capacity));
    if (overloaded && problem_.types.size() == 1) {
        return;
    }
    const double travel =
        from == task.location ? 0.0 : metric.travel_time(from, task.location, depart) / type.speed_factor;
    const double arrival = depart + travel;
    Stopover stop;
    stop.windows = problem_.windows.data() + task.window_begin;
    stop.window_count = task.window_end - task.window_begin;
    const double start = service_start(stop, arrival);
    if (start == kInfinity) {
        return;
    }
    const double ready = start + task.service + (from == task.location ? 0.0 : task.setup);
    double next = 0.0;
    if (to >= 0 && to != task.location) {
        next = metric.travel_time(task.location, to, ready) / type.speed_factor;
    }
    if (!(ready + next <= route.latest[p + 1] + kTolerance)) {
        return;
    }
    if (route.distance() + (there + onwards - before) > type.max_distance + kTolerance ||
        static_cast<std::int64_t>(route.size()) >= std::int64_t{type.max_stops} + type.max_trips - 1) {
        return;
    }
    if (type.cost_per_time != 0.0) {
        const double now = to < 0 || from == to ? 0.0 : metric.travel_time(from, to, depart) / type.speed_factor;
        delta += type.cost_per_time * (travel + next - now + (problem_.count_service ? task.service : 0.0));
    }
    const Order &wanted = problem_.order(order);
    if (route.trip[p] == 0) {
        if (type.under_way && wanted.onboard < 0 && dimensions > 0) {
            const double *delivery = problem_.loads(problem_.delivery, order);
            if (std::any_of(delivery, delivery + dimensions, [](double amount) { return amount > 0.0; })) {
                return;
            }
        }
    } else if (wanted.onboard >= 0) {
        return;
    }
    if (overloaded) {
        try_larger(route, type, order, p, there + onwards - before);
        return;
    }
    add({delta, route.vehicle, static_cast<std::int32_t>(p), -1, -1, false,
         exact && static_cast<std::int32_t>(route.size()) < type.max_stops});
}

void Inserter::scan_route(const Route &route, std::int32_t order, double blink, Random &random) {
    const VehicleType &type = problem_.type_of(route.vehicle);
    const Task &task = problem_.task(problem_.order(order).first_task);
    for (std::size_t p = type.frozen.size(); p < route.end(); ++p) {
        if (blink > 0.0 && random.real() < blink) {
            continue;
        }
        try_after(route, type, order, task, p);
    }
    if (type.max_trips > 1 && problem_.order(order).onboard < 0 && route.trip[route.end() - 1] + 1 < type.max_trips) {
        scan_reloads(route, order);
    }
}

// The order alone on a new trip, or opening one, or closing one.
void Inserter::scan_reloads(const Route &route, std::int32_t order) {
    const VehicleType &type = problem_.type_of(route.vehicle);
    const Metric &metric = problem_.metric_of(type);
    const Task &task = problem_.task(problem_.order(order).first_task);
    for (std::size_t p = type.frozen.size(); p < route.end(); ++p) {
        const std::int32_t from = route.place[p];
        const std::int32_t to = route.place[p + 1];
        const double depart = route.depart[p];
        const double before = to < 0 ? 0.0 : metric.distance(from, to, depart);
        for (const std::int32_t depot : type.depots) {
            for (const bool after : {false, true}) {
                const std::int32_t first = after ? task.location : depot;
                const std::int32_t second = after ? depot : task.location;
                if (!after && p == 0) {
                    continue; // a reload at once
                }
                if (after && p + 1 == route.end()) {
                    continue;
                }
                const double detour = metric.distance(from, first, depart) + metric.distance(first, second, depart) +
                                      (to < 0 ? 0.0 : metric.distance(second, to, depart)) - before;
                const double go = metric.travel_time(from, first, depart) + metric.travel_time(first, second, depart) +
                                  (to < 0 ? 0.0 : metric.travel_time(second, to, depart));
                const double busy = go / type.speed_factor + task.service + type.reload_time;
                if (metric.is_static() && depart + busy > route.latest[p + 1] + kTolerance) {
                    continue;
                }
                add({type.cost_per_distance * detour + type.cost_per_time * busy, route.vehicle,
                     static_cast<std::int32_t>(p), -1, depot, after, false});
            }
        }
    }
}

// A shipment: the pickup after `p`, the delivery after `q >= p` on the same trip, times carried along from p to q.
void Inserter::scan_shipment(const Route &route, std::int32_t order, double blink, Random &random) {
    const VehicleType &type = problem_.type_of(route.vehicle);
    const Metric &metric = problem_.metric_of(type);
    const Task &pickup = problem_.task(problem_.order(order).first_task);
    const Task &delivery = problem_.task(problem_.order(order).first_task + 1);
    const double *amount = problem_.loads(problem_.amount, order);
    const auto dimensions = static_cast<std::size_t>(problem_.dimensions);
    const bool exact = bounds_decide(type, order) && static_cast<std::int64_t>(route.size()) + 2 <= type.max_stops &&
                       type.max_distance == kInfinity;
    const auto length = [&](std::int32_t a, std::int32_t b, double now) {
        return a < 0 || b < 0 ? 0.0 : metric.distance(a, b, now);
    };
    const auto travel = [&](std::int32_t a, std::int32_t b, double now) {
        return a < 0 || b < 0 || a == b ? 0.0 : metric.travel_time(a, b, now) / type.speed_factor;
    };
    const auto visit = [&](const Task &task, double arrival, bool moved) {
        Stopover stop;
        stop.windows = problem_.windows.data() + task.window_begin;
        stop.window_count = task.window_end - task.window_begin;
        return service_start(stop, arrival) + task.service + (moved ? task.setup : 0.0);
    };
    for (std::size_t p = type.frozen.size(); p < route.end(); ++p) {
        if (dimensions > 0 && !fits(&route.load[p * dimensions], amount, type.capacity)) {
            continue;
        }
        if (blink > 0.0 && random.real() < blink) {
            continue;
        }
        const double depart = route.depart[p];
        const double at_pickup = depart + travel(route.place[p], pickup.location, depart);
        const double picked = visit(pickup, at_pickup, route.place[p] != pickup.location);
        if (picked == kInfinity) {
            break; // later positions are later still
        }
        const double to_pickup = length(route.place[p], pickup.location, depart);
        // `here`: where the van stands with the parcel on board, ready at `now`.
        std::int32_t here = pickup.location;
        double now = picked;
        double detour = to_pickup;
        for (std::size_t q = p; q < route.end(); ++q) {
            if (q > p) {
                // Drive on to stopover q with the parcel on board.
                const Visit &next = route.visits[q - 1];
                if (next.kind == VisitKind::reload ||
                    (dimensions > 0 && !fits(&route.load[q * dimensions], amount, type.capacity))) {
                    break;
                }
                const std::int32_t place = route.place[q];
                const double arrival = now + travel(here, place, now);
                if (arrival > route.latest[q] + kTolerance) {
                    break;
                }
                if (q == p + 1) {
                    detour += length(here, place, now) - length(route.place[p], place, depart);
                }
                if (next.kind == VisitKind::stop) {
                    const Task &task = problem_.task(next.index);
                    now = visit(task, arrival, false) + (route.duration[q] - task.service);
                } else {
                    now = arrival + route.duration[q];
                }
                here = place;
                if (detour * type.cost_per_distance >= best_exact_.delta && exact) {
                    break;
                }
            }
            const double arrival = now + travel(here, delivery.location, now);
            const double dropped = visit(delivery, arrival, here != delivery.location);
            if (dropped == kInfinity) {
                break;
            }
            const std::int32_t to = route.place[q + 1];
            const double next = dropped + travel(delivery.location, to, dropped);
            if (!(next <= route.latest[q + 1] + kTolerance)) {
                continue;
            }
            double extra = detour + length(here, delivery.location, now) + length(delivery.location, to, dropped);
            extra -= q == p ? length(route.place[p], to, depart) : length(here, to, now);
            double delta = type.cost_per_distance * extra;
            if (type.cost_per_time != 0.0) {
                delta += type.cost_per_time * extra; // an order of magnitude: the exact evaluation decides
            }
            if (exact && delta >= best_exact_.delta) {
                continue;
            }
            add({delta, route.vehicle, static_cast<std::int32_t>(p), static_cast<std::int32_t>(q), -1, false, exact});
        }
    }
}

// Next to near tasks that are served, before or after them.
void Inserter::scan_near(const Solution &solution, std::int32_t order, double blink, Random &random) {
    const Order &wanted = problem_.order(order);
    const Task &task = problem_.task(wanted.first_task);
    std::size_t looked = 0;
    touched_.clear();
    for (const std::int32_t near : neighbours_.of(wanted.first_task)) {
        if (looked >= kNearTasks) {
            break;
        }
        const Spot spot = solution.spot(near);
        if (spot.vehicle < 0) {
            continue;
        }
        ++looked;
        const std::int32_t type_index = problem_.vehicle_type[static_cast<std::size_t>(spot.vehicle)];
        if (!problem_.fits(order, type_index) || (blink > 0.0 && random.real() < blink)) {
            continue;
        }
        const VehicleType &type = problem_.types[static_cast<std::size_t>(type_index)];
        const Route &route = solution.route(spot.vehicle);
        const auto p = static_cast<std::size_t>(spot.position);
        if (p >= type.frozen.size()) {
            try_after(route, type, order, task, p);
        }
        if (p > type.frozen.size()) {
            try_after(route, type, order, task, p - 1);
        }
        if (wanted.onboard < 0 && route.trip[route.end() - 1] + 1 < type.max_trips &&
            std::find(touched_.begin(), touched_.end(), spot.vehicle) == touched_.end()) {
            touched_.push_back(spot.vehicle);
            scan_reloads(route, order);
        }
    }
}

std::vector<Visit> Inserter::with(const Route &route, std::int32_t order, const Place &place) const {
    std::vector<Visit> visits;
    visits.reserve(route.visits.size() + 2);
    const Order &wanted = problem_.order(order);
    const Visit task{VisitKind::stop, wanted.first_task, -1.0};
    for (std::size_t p = 0; p <= route.visits.size(); ++p) {
        if (p > 0) {
            visits.push_back(route.visits[p - 1]);
        }
        if (static_cast<std::int32_t>(p) == place.first) {
            const Visit reload{VisitKind::reload, place.depot, -1.0};
            if (place.depot >= 0 && !place.reload_after) {
                visits.push_back(reload);
            }
            visits.push_back(task);
            if (place.depot >= 0 && place.reload_after) {
                visits.push_back(reload);
            }
        }
        if (static_cast<std::int32_t>(p) == place.second) {
            visits.push_back({VisitKind::stop, wanted.first_task + 1, -1.0});
        }
    }
    return visits;
}

Insertion Inserter::best(const Solution &solution, std::int32_t order, double blink, bool open_routes, Random &random) {
    const Order &wanted = problem_.order(order);
    const bool shipment = wanted.task_count == 2;
    solution_ = &solution;
    best_exact_ = Place{};
    best_exact_.delta = wanted.penalty;
    best_exact_.vehicle = -1;
    candidates_.clear();
    const auto scan_all = [&] {
        for (const std::int32_t vehicle : solution.used()) {
            if (!problem_.fits(order, problem_.vehicle_type[static_cast<std::size_t>(vehicle)])) {
                continue;
            }
            const Route &route = solution.route(vehicle);
            if (shipment) {
                scan_shipment(route, order, blink, random);
            } else {
                scan_route(route, order, blink, random);
            }
        }
    };
    const bool near_only = problem_.tasks.size() > kScanAll && !shipment;
    bool scanned_all = !near_only;
    if (near_only) {
        scan_near(solution, order, blink, random);
    } else {
        scan_all();
    }

    Insertion result;
    result.delta = wanted.penalty;
    const auto evaluate = [&] {
        std::sort(candidates_.begin(), candidates_.end(), [](const Place &a, const Place &b) {
            return a.delta != b.delta       ? a.delta < b.delta
                   : a.vehicle != b.vehicle ? a.vehicle < b.vehicle
                                            : a.first < b.first;
        });
        int evaluations = 0;
        for (const Place &place : candidates_) {
            const double bar = std::min(result.delta, best_exact_.delta);
            const int most = result.vehicle >= 0 ? kEvaluations : kEvaluationsToFirst;
            if (place.delta >= bar || evaluations >= most) {
                break;
            }
            const Route &route = solution.route(place.vehicle);
            if (place.type >= 0 && !may_take_over(route, place.type)) {
                continue;
            }
            ++evaluations;
            const std::int32_t vehicle = place.type < 0 ? place.vehicle : solution.free_vehicle(place.type);
            std::vector<Visit> visits = with(route, order, place);
            const double cost = evaluator_.cost(vehicle, visits, route.cost + bar);
            if (cost - route.cost < bar) {
                result = {vehicle, std::move(visits), cost, cost - route.cost, place.type < 0 ? -1 : place.vehicle};
            }
        }
    };
    evaluate();
    if (open_routes) {
        for (std::int32_t type = 0; type < static_cast<std::int32_t>(problem_.types.size()); ++type) {
            const std::int32_t vehicle = problem_.fits(order, type) ? solution.free_vehicle(type) : -1;
            if (vehicle < 0 || problem_.types[static_cast<std::size_t>(type)].under_way) {
                continue;
            }
            std::vector<Visit> visits{{VisitKind::stop, wanted.first_task, -1.0}};
            if (shipment) {
                visits.push_back({VisitKind::stop, wanted.first_task + 1, -1.0});
            }
            const double bar = std::min(result.delta, best_exact_.delta);
            const double cost = evaluator_.cost(vehicle, visits, bar);
            if (cost < bar) {
                result = {vehicle, std::move(visits), cost, cost};
            }
        }
    }
    if (result.vehicle < 0 && best_exact_.vehicle < 0 && !scanned_all) {
        scanned_all = true;
        candidates_.clear();
        scan_all();
        evaluate();
    }
    if (best_exact_.vehicle >= 0 && best_exact_.delta < result.delta) {
        const Route &route = solution.route(best_exact_.vehicle);
        result = {best_exact_.vehicle, with(route, order, best_exact_), route.cost + best_exact_.delta,
                  best_exact_.delta};
    }
    return result;
}

} // namespace milkfloat::routing
