#include "search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace milkfloat::routing {

namespace {

constexpr std::size_t kNeighbours = 100;
constexpr double kBlink = 0.01;
constexpr double kChangeTypes = 0.2;    // how often routes may go to vans of cheaper types
constexpr double kCooling = 0.01;       // last temperature over first
constexpr double kWarmth = 0.5;         // first temperature over the mean cost per stop
constexpr double kFleetPart = 0.35;     // part of the search that may go into saving vans
constexpr std::int64_t kClockEvery = 8; // iterations between two looks at the clock

double variable_cost(const Problem &problem, const Solution &solution) {
    double total = solution.route_cost();
    for (const std::int32_t vehicle : solution.used()) {
        total -= problem.type_of(vehicle).fixed_cost;
    }
    return total;
}

} // namespace

Search::Search(const Problem &problem, std::uint64_t seed, bool vehicles_first)
    : problem_(problem),
      evaluator_(problem),
      neighbours_(problem, kNeighbours),
      solution_(problem, evaluator_),
      inserter_(problem, evaluator_, neighbours_),
      ruiner_(problem, evaluator_, neighbours_),
      random_(seed),
      vehicles_first_(vehicles_first),
      absence_(problem.orders.size(), 0.0) {
    const Metric &metric = problem.metrics.front();
    const std::int32_t depot = problem.types.empty() ? 0 : problem.types.front().start;
    const auto dimensions = static_cast<std::size_t>(problem.dimensions);
    for (std::int32_t order = 0; order < problem.order_count(); ++order) {
        const Order &wanted = problem.order(order);
        depot_distance_.push_back(metric.distance(depot, problem.task(wanted.first_task).location, metric.slice_start));
        double demand = 0.0;
        for (std::size_t d = 0; d < dimensions; ++d) {
            double capacity = 0.0;
            for (const VehicleType &type : problem.types) {
                capacity = std::max(capacity, type.capacity[d]);
            }
            const double load =
                std::max({problem.loads(problem.delivery, order)[d], problem.loads(problem.pickup, order)[d],
                          problem.loads(problem.amount, order)[d]});
            demand = std::max(demand, capacity > 0.0 && capacity < kInfinity ? load / capacity : 0.0);
        }
        demand_.push_back(demand);
    }
}

void Search::start_with(std::int32_t vehicle, std::span<const Visit> visits) {
    const VehicleType &type = problem_.type_of(vehicle);
    std::vector<Visit> whole(type.frozen.begin(), type.frozen.end());
    whole.insert(whole.end(), visits.begin(), visits.end());
    if (whole.empty()) {
        return;
    }
    const auto allowed = [&](const Visit &visit) {
        return visit.kind != VisitKind::stop ||
               (problem_.fits(problem_.task(visit.index).order,
                              problem_.vehicle_type[static_cast<std::size_t>(vehicle)]) &&
                solution_.spot(visit.index).vehicle < 0);
    };
    double cost = std::all_of(visits.begin(), visits.end(), allowed) ? evaluator_.cost(vehicle, whole) : kInfinity;
    if (cost == kInfinity) {
        // Something no longer holds: go through the stops and keep those that still fit.
        whole.assign(type.frozen.begin(), type.frozen.end());
        cost = whole.empty() && !type.under_way ? 0.0 : evaluator_.cost(vehicle, whole);
        for (std::size_t i = 0; i < visits.size(); ++i) {
            if (!allowed(visits[i])) {
                continue;
            }
            std::vector<Visit> longer = whole;
            longer.push_back(visits[i]);
            if (visits[i].kind == VisitKind::stop && problem_.task(visits[i].index).partner >= 0) {
                if (problem_.task(visits[i].index).is_delivery) {
                    continue; // comes with its pickup
                }
                longer.push_back({VisitKind::stop, problem_.task(visits[i].index).partner, -1.0});
            }
            const double longer_cost = evaluator_.cost(vehicle, longer);
            if (longer_cost < kInfinity) {
                whole = std::move(longer);
                cost = longer_cost;
            }
        }
        while (whole.size() > type.frozen.size() && whole.back().kind == VisitKind::reload) {
            whole.pop_back();
            cost = whole.empty() && !type.under_way ? 0.0 : evaluator_.cost(vehicle, whole);
        }
    }
    solution_.set_route(vehicle, std::move(whole), cost);
    solution_.mark();
}

std::int32_t Search::random_task() { return static_cast<std::int32_t>(random_.below(problem_.tasks.size())); }

void Search::sort_absent(std::vector<std::int32_t> &orders) {
    std::sort(orders.begin(), orders.end()); // whatever happened before, the same set gives the same order
    random_.shuffle(orders);
    const auto by = [&](const auto &key) {
        std::stable_sort(orders.begin(), orders.end(), [&](std::int32_t a, std::int32_t b) { return key(a) < key(b); });
    };
    const auto index = [](std::int32_t order) { return static_cast<std::size_t>(order); };
    const std::size_t choice = random_.below(13);
    if (choice < 4) {
        return;
    }
    if (choice < 8) {
        by([&](std::int32_t order) { return -demand_[index(order)]; });
    } else if (choice < 10) {
        by([&](std::int32_t order) { return -depot_distance_[index(order)]; });
    } else if (choice < 11) {
        by([&](std::int32_t order) { return depot_distance_[index(order)]; });
    } else {
        by([&](std::int32_t order) { // the narrowest windows first
            const Task &task = problem_.task(problem_.order(order).first_task);
            return task.window_end == task.window_begin
                       ? kInfinity
                       : problem_.windows[static_cast<std::size_t>(task.window_end) - 1].late -
                             problem_.windows[static_cast<std::size_t>(task.window_begin)].early;
        });
    }
}

void Search::recreate(bool open_routes, double blink) {
    std::vector<std::int32_t> orders = solution_.absent();
    sort_absent(orders);
    for (const std::int32_t order : orders) {
        Insertion insertion = inserter_.best(solution_, order, blink, open_routes, random_);
        if (insertion.vehicle >= 0) {
            if (insertion.instead_of >= 0) {
                solution_.set_route(insertion.instead_of, {}, 0.0);
            }
            solution_.set_route(insertion.vehicle, std::move(insertion.visits), insertion.cost);
        }
    }
    if (problem_.types.size() > 1 && random_.real() < kChangeTypes) {
        change_types();
    }
}

// Gives the routes that changed to cheaper vans of other types, where these can drive them.
void Search::change_types() {
    for (const std::int32_t vehicle : solution_.touched()) {
        const Route &route = solution_.route(vehicle);
        if (route.empty()) {
            continue;
        }
        const std::int32_t type = problem_.vehicle_type[static_cast<std::size_t>(vehicle)];
        const VehicleType &now = problem_.types[static_cast<std::size_t>(type)];
        std::int32_t best = -1;
        double best_cost = route.cost - 1e-9;
        for (const std::int32_t t : inserter_.alternatives(type)) {
            const VehicleType &other = problem_.types[static_cast<std::size_t>(t)];
            const double saved = now.fixed_cost - other.fixed_cost +
                                 (now.cost_per_distance - other.cost_per_distance) * route.distance();
            const std::int32_t free = solution_.free_vehicle(t);
            if (saved <= 0.0 || free < 0 || !inserter_.may_take_over(route, t)) {
                continue;
            }
            const double cost = evaluator_.cost(free, route.visits, best_cost);
            if (cost < best_cost) {
                best_cost = cost;
                best = free;
            }
        }
        if (best >= 0) {
            std::vector<Visit> visits = route.visits;
            solution_.set_route(vehicle, {}, 0.0);
            solution_.set_route(best, std::move(visits), best_cost);
        }
    }
}

void Search::begin(std::int64_t iterations, double seconds) {
    begun_ = std::chrono::steady_clock::now();
    iterations_ = 0;
    iterations_wanted_ = iterations;
    seconds_wanted_ = seconds;
    recreate(true, 0.0);
    solution_.mark();
    solution_.keep_as_best();
    const double stops = std::max<double>(1.0, static_cast<double>(problem_.tasks.size()));
    temperature_start_ = std::max(1e-9, kWarmth * std::abs(variable_cost(problem_, solution_)) / stops);
    temperature_end_ = temperature_start_ * kCooling;
    in_fleet_phase_ = vehicles_first_ && begin_fleet_round();
}

double Search::part_done() const {
    double part = 0.0;
    if (iterations_wanted_ > 0) {
        part = static_cast<double>(iterations_) / static_cast<double>(iterations_wanted_);
    }
    if (seconds_wanted_ > 0.0) {
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begun_;
        part = std::max(part, elapsed.count() / seconds_wanted_);
    }
    return part;
}

bool Search::advance(double seconds) {
    if (problem_.tasks.empty() || problem_.types.empty()) {
        return true;
    }
    const auto started = std::chrono::steady_clock::now();
    double part = part_done();
    double temperature_part = part;
    while (part < 1.0) {
        if (in_fleet_phase_ && part >= kFleetPart) {
            end_fleet();
        }
        // With a limit in iterations the schedule counts them, never the clock.
        temperature_part =
            iterations_wanted_ > 0 ? static_cast<double>(iterations_) / static_cast<double>(iterations_wanted_) : part;
        if (in_fleet_phase_) {
            iterate_fleet();
        } else {
            const double temperature = temperature_start_ * std::pow(kCooling, temperature_part);
            const double before = solution_.cost();
            ruiner_.around(solution_, random_task(), random_);
            recreate(true, kBlink);
            const double after = solution_.cost();
            if (after >= before - temperature * std::log(1.0 - random_.real())) {
                solution_.take_back();
            } else {
                solution_.mark();
                if (after < solution_.best_cost() - 1e-9) {
                    solution_.keep_as_best();
                }
            }
        }
        ++iterations_;
        if (iterations_wanted_ > 0) {
            part = std::max(part, static_cast<double>(iterations_) / static_cast<double>(iterations_wanted_));
        }
        if (iterations_ % kClockEvery == 0 || problem_.tasks.size() > 1000) {
            part = part_done();
            const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - started;
            if (elapsed.count() >= seconds) {
                break;
            }
        }
    }
    return part >= 1.0;
}

double Search::absences(const std::vector<std::int32_t> &orders) const {
    return std::accumulate(orders.begin(), orders.end(), 0.0, [&](double sum, std::int32_t order) {
        return sum + absence_[static_cast<std::size_t>(order)];
    });
}

// Gives up the van whose orders are easiest to place elsewhere; false when none can be given up.
bool Search::begin_fleet_round() {
    std::int32_t chosen = -1;
    double least = kInfinity;
    if (solution_.used().size() < 2 || !solution_.absent().empty()) {
        return false;
    }
    for (const std::int32_t vehicle : solution_.used()) {
        const VehicleType &type = problem_.type_of(vehicle);
        if (type.under_way || !type.frozen.empty()) {
            continue;
        }
        double sum = 0.0;
        for (const Visit &visit : solution_.route(vehicle).visits) {
            if (visit.kind == VisitKind::stop) {
                sum += absence_[static_cast<std::size_t>(problem_.task(visit.index).order)] + 1e-3;
            }
        }
        if (sum < least || (sum == least && vehicle < chosen)) {
            least = sum;
            chosen = vehicle;
        }
    }
    if (chosen < 0) {
        return false;
    }
    ruiner_.empty(solution_, chosen);
    solution_.mark();
    return true;
}

void Search::iterate_fleet() {
    const std::vector<std::int32_t> before = solution_.absent();
    const double cost_before = solution_.route_cost();
    const std::int32_t near =
        before.empty() ? random_task() : problem_.order(before[random_.below(before.size())]).first_task;
    ruiner_.around(solution_, random_.real() < 0.5 ? near : random_task(), random_);
    recreate(false, kBlink);
    const std::vector<std::int32_t> &after = solution_.absent();
    const double temperature = temperature_start_ * std::pow(kCooling, std::min(1.0, part_done() / kFleetPart));
    const bool easier = after.size() < before.size() || absences(after) < absences(before);
    const bool as_good = after.size() == before.size() &&
                         solution_.route_cost() < cost_before - temperature * std::log(1.0 - random_.real());
    for (const std::int32_t order : after) {
        absence_[static_cast<std::size_t>(order)] += 1.0;
    }
    if (!easier && !as_good) {
        solution_.take_back();
    } else {
        solution_.mark();
    }
    if (solution_.absent().empty()) {
        solution_.keep_as_best();
        in_fleet_phase_ = begin_fleet_round();
    }
}

void Search::end_fleet() {
    in_fleet_phase_ = false;
    solution_.return_to_best();
}

} // namespace milkfloat::routing
