#include "ruin.h"

#include <algorithm>

namespace milkfloat::routing {

namespace {
constexpr double kMeanRemoved = 10.0; // the paper's c-bar
constexpr std::int32_t kLongest = 10; // its L max
constexpr double kSplit = 0.5;        // its alpha: how often a string keeps a part in its middle
constexpr double kKeepMore = 0.99;    // 1 - its beta: stop growing the kept part
} // namespace

Ruiner::Ruiner(const Problem &problem, Evaluator &evaluator, const Neighbours &neighbours)
    : problem_(problem),
      evaluator_(evaluator),
      neighbours_(neighbours),
      marked_(problem.orders.size(), 0),
      ruined_(problem.vehicle_type.size(), 0) {}

void Ruiner::around(Solution &solution, std::int32_t task, Random &random) {
    if (solution.used().empty()) {
        return;
    }
    ++stamp_;
    const auto served = static_cast<double>(problem_.orders.size() - solution.absent().size());
    const double mean_length = std::max(1.0, served / static_cast<double>(solution.used().size()));
    const auto longest = static_cast<std::int32_t>(std::min<double>(kLongest, mean_length));
    const double most_strings = 4.0 * kMeanRemoved / (1.0 + longest) - 1.0;
    const auto strings = static_cast<int>(random.real() * most_strings + 1.0);
    int done = 0;
    const auto visit = [&](std::int32_t near) {
        const Spot spot = solution.spot(near);
        if (spot.vehicle < 0 || ruined_[static_cast<std::size_t>(spot.vehicle)] == stamp_) {
            return;
        }
        const VehicleType &type = problem_.type_of(spot.vehicle);
        if (spot.position <= static_cast<std::int32_t>(type.frozen.size())) {
            return;
        }
        ruined_[static_cast<std::size_t>(spot.vehicle)] = stamp_;
        remove_string(solution, near, longest, random);
        ++done;
    };
    visit(task);
    for (const std::int32_t near : neighbours_.of(task)) {
        if (done >= strings) {
            break;
        }
        visit(near);
    }
}

void Ruiner::remove_string(Solution &solution, std::int32_t task, std::int32_t longest, Random &random) {
    const std::int32_t vehicle = solution.spot(task).vehicle;
    const Route &route = solution.route(vehicle);
    const std::size_t frozen = problem_.type_of(vehicle).frozen.size();
    string_.clear();
    std::int32_t at = 0;
    for (std::size_t i = frozen; i < route.visits.size(); ++i) {
        if (route.visits[i].kind == VisitKind::stop) {
            if (route.visits[i].index == task) {
                at = static_cast<std::int32_t>(string_.size());
            }
            string_.push_back(route.visits[i].index);
        }
    }
    const auto count = static_cast<std::int32_t>(string_.size());
    const std::int32_t length = random.between(1, std::min(count, longest));
    std::int32_t kept = 0;
    if (length > 1 && length < count && random.real() < kSplit) {
        kept = 1;
        while (length + kept < count && random.real() > kKeepMore) {
            ++kept;
        }
    }
    const std::int32_t whole = length + kept;
    const std::int32_t first = random.between(std::max(0, at - whole + 1), std::min(at, count - whole));
    const std::int32_t skip = kept > 0 ? first + random.between(1, length - 1) : first + whole;
    for (std::int32_t i = first; i < first + whole; ++i) {
        if (i >= skip && i < skip + kept) {
            continue;
        }
        marked_[static_cast<std::size_t>(problem_.task(string_[static_cast<std::size_t>(i)]).order)] = 1;
    }
    remove_marked(solution, vehicle);
}

// Trips without stops go.
std::vector<Visit> Ruiner::tidy(const VehicleType &type, std::vector<Visit> visits) const {
    std::vector<Visit> result(visits.begin(), visits.begin() + static_cast<std::ptrdiff_t>(type.frozen.size()));
    bool anything = type.under_way || !result.empty();
    for (std::size_t i = type.frozen.size(); i < visits.size(); ++i) {
        if (visits[i].kind == VisitKind::reload && !anything) {
            continue;
        }
        anything = visits[i].kind != VisitKind::reload;
        result.push_back(visits[i]);
    }
    while (result.size() > type.frozen.size() && result.back().kind == VisitKind::reload) {
        result.pop_back();
    }
    return result;
}

void Ruiner::remove_marked(Solution &solution, std::int32_t vehicle) {
    const Route &route = solution.route(vehicle);
    const VehicleType &type = problem_.type_of(vehicle);
    std::vector<Visit> left;
    left.reserve(route.visits.size());
    for (std::size_t i = 0; i < route.visits.size(); ++i) {
        const Visit &visit = route.visits[i];
        if (i < type.frozen.size() || visit.kind != VisitKind::stop ||
            marked_[static_cast<std::size_t>(problem_.task(visit.index).order)] == 0) {
            left.push_back(visit);
        }
    }
    for (const Visit &visit : route.visits) {
        if (visit.kind == VisitKind::stop) {
            marked_[static_cast<std::size_t>(problem_.task(visit.index).order)] = 0;
        }
    }
    left = tidy(type, std::move(left));
    double cost = 0.0;
    if (!left.empty() || type.under_way) {
        cost = evaluator_.cost(vehicle, left);
        if (cost == kInfinity) { // what was on the way to something else is now out of reach: start the route afresh
            left.assign(type.frozen.begin(), type.frozen.end());
            cost = left.empty() && !type.under_way ? 0.0 : evaluator_.cost(vehicle, left);
        }
    }
    solution.set_route(vehicle, std::move(left), cost);
}

void Ruiner::empty(Solution &solution, std::int32_t vehicle) {
    for (const Visit &visit : solution.route(vehicle).visits) {
        if (visit.kind == VisitKind::stop) {
            marked_[static_cast<std::size_t>(problem_.task(visit.index).order)] = 1;
        }
    }
    remove_marked(solution, vehicle);
}

void Ruiner::take_out(Solution &solution, std::int32_t order) {
    const Spot spot = solution.spot(problem_.order(order).first_task);
    if (spot.vehicle >= 0) {
        marked_[static_cast<std::size_t>(order)] = 1;
        remove_marked(solution, spot.vehicle);
        marked_[static_cast<std::size_t>(order)] = 0;
    }
}

} // namespace milkfloat::routing
