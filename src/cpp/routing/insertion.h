#ifndef MILKFLOAT_ROUTING_INSERTION_H
#define MILKFLOAT_ROUTING_INSERTION_H

// The cheapest place for an order: constant-time bounds first, the exact evaluation where they do not decide.

#include "neighbours.h"
#include "random.h"
#include "solution.h"

#include <array>

namespace milkfloat::routing {

struct Insertion {
    std::int32_t vehicle = -1;
    std::vector<Visit> visits;    // the route with the order in it
    double cost = kInfinity;      // of that route
    double delta = kInfinity;     // against the route before
    std::int32_t instead_of = -1; // the vehicle whose route this was, when it goes to one of another type
};

class Inserter {
public:
    Inserter(const Problem &problem, Evaluator &evaluator, const Neighbours &neighbours);

    // Types that could take over the routes of a type.
    [[nodiscard]] const std::vector<std::int32_t> &alternatives(std::int32_t type) const {
        return alternatives_[static_cast<std::size_t>(type)];
    }

    // Whether a type may serve all orders of a route.
    [[nodiscard]] bool may_take_over(const Route &route, std::int32_t type) const;

    // The cheapest insertion, skipping each place with probability `blink`; vehicle -1 if there is none. With
    // `open_routes` false no unused vehicle is taken.
    Insertion best(const Solution &solution, std::int32_t order, double blink, bool open_routes, Random &random);

private:
    // Where an order might go: after position `first` (and the second task of a shipment after `second`, counted
    // before either is in), with a reload at `depot` before or after it.
    struct Place {
        double delta;
        std::int32_t vehicle;
        std::int32_t first;
        std::int32_t second;
        std::int32_t depot = -1;
        bool reload_after = false;
        bool exact = false;     // the bounds decide alone
        std::int32_t type = -1; // to which the route changes, for it does not hold the order as it is
    };

    void scan_route(const Route &route, std::int32_t order, double blink, Random &random);
    void scan_shipment(const Route &route, std::int32_t order, double blink, Random &random);
    void scan_reloads(const Route &route, std::int32_t order);
    void scan_near(const Solution &solution, std::int32_t order, double blink, Random &random);
    void try_after(const Route &route, const VehicleType &type, std::int32_t order, const Task &task, std::size_t p);
    void try_larger(const Route &route, const VehicleType &type, std::int32_t order, std::size_t p, double detour);
    void add(const Place &place);
    [[nodiscard]] std::vector<Visit> with(const Route &route, std::int32_t order, const Place &place) const;
    [[nodiscard]] bool bounds_decide(const VehicleType &type, std::int32_t order) const;

    const Problem &problem_;
    Evaluator &evaluator_;
    const Neighbours &neighbours_;
    const Solution *solution_ = nullptr;                  // the one at hand
    std::vector<std::vector<std::int32_t>> alternatives_; // per type
    std::vector<std::uint8_t> plain_type_;                // per type: bounds may decide
    std::vector<std::size_t> frozen_;                     // per vehicle type: visits that stay in front
    Place best_exact_{};
    std::vector<Place> candidates_;
    std::vector<std::int32_t> touched_; // vehicles whose further trips were looked at // to be evaluated, unsorted
};

} // namespace milkfloat::routing

#endif
