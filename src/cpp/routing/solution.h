#ifndef MILKFLOAT_ROUTING_SOLUTION_H
#define MILKFLOAT_ROUTING_SOLUTION_H

// Routes of all vehicles, where each task is, what is left out; changes can be taken back.

#include "evaluate.h"
#include "route.h"

namespace milkfloat::routing {

struct Spot {
    std::int32_t vehicle = -1; // -1: not served
    std::int32_t position = -1;
};

class Solution {
public:
    Solution(const Problem &problem, Evaluator &evaluator);

    [[nodiscard]] const Route &route(std::int32_t vehicle) const { return routes_[static_cast<std::size_t>(vehicle)]; }
    [[nodiscard]] Spot spot(std::int32_t task) const { return spots_[static_cast<std::size_t>(task)]; }
    [[nodiscard]] bool serves(std::int32_t order) const { return spot(problem_.order(order).first_task).vehicle >= 0; }
    [[nodiscard]] const std::vector<std::int32_t> &absent() const { return absent_; } // orders
    [[nodiscard]] const std::vector<std::int32_t> &used() const { return used_; }     // vehicles with visits
    [[nodiscard]] double cost() const { return route_cost_ + penalty_; }
    [[nodiscard]] double route_cost() const { return route_cost_; }
    [[nodiscard]] double distance() const;

    // A vehicle of the type without visits, or -1.
    [[nodiscard]] std::int32_t free_vehicle(std::int32_t type) const;

    // Puts other visits into a route, at a known cost; orders that appear or vanish are noted.
    void set_route(std::int32_t vehicle, std::vector<Visit> visits, double cost);

    // Changes since `mark` can be taken back once, or kept.
    void mark();
    void take_back();
    [[nodiscard]] std::vector<std::int32_t> touched() const; // vehicles whose routes changed since `mark`

    // The best solution seen, kept by the routes that changed since.
    void keep_as_best();
    [[nodiscard]] double best_cost() const { return best_cost_; }
    [[nodiscard]] double best_distance() const { return best_distance_; }
    [[nodiscard]] std::size_t best_used() const { return best_used_; }
    [[nodiscard]] const std::vector<std::int32_t> &best_absent() const { return best_absent_; }
    [[nodiscard]] const std::vector<Visit> &best_visits(std::int32_t vehicle) const {
        return best_visits_[static_cast<std::size_t>(vehicle)];
    }
    void return_to_best();

private:
    void replace(std::int32_t vehicle, Route &&route);
    void note_absent(std::int32_t order, bool absent);
    void note_used(std::int32_t vehicle, bool used);

    const Problem &problem_;
    Evaluator &evaluator_;
    Itinerary itinerary_;
    std::vector<Route> routes_;
    std::vector<Spot> spots_;
    std::vector<std::int32_t> absent_, absent_at_;
    std::vector<std::int32_t> used_, used_at_;
    std::vector<std::vector<std::int32_t>> free_; // per type, a stack that may hold vehicles in use
    std::vector<std::uint8_t> in_free_;
    double route_cost_ = 0.0;
    double penalty_ = 0.0;

    std::vector<Route> saved_;
    std::vector<std::uint8_t> is_saved_;

    std::vector<std::vector<Visit>> best_visits_;
    std::vector<double> best_route_cost_;
    std::vector<std::int32_t> changed_; // since the best solution
    std::vector<std::uint8_t> is_changed_;
    std::vector<std::int32_t> best_absent_;
    double best_cost_ = kInfinity;
    double best_distance_ = 0.0;
    std::size_t best_used_ = 0;
};

} // namespace milkfloat::routing

#endif
