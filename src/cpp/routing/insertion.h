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
    std::vector<Visit> visits; // the route with the order in it
    double cost = kInfinity;   // of that route
    double delta = kInfinity;  // against the route before
};

class Inserter {
public:
    Inserter(const Problem &problem, Evaluator &evaluator, const Neighbours &neighbours);

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
        bool exact = false; // the bounds decide alone
    };

    void scan_route(const Route &route, std::int32_t order, double blink, Random &random);
    void scan_shipment(const Route &route, std::int32_t order, double blink, Random &random);
    void scan_reloads(const Route &route, std::int32_t order);
    void scan_near(const Solution &solution, std::int32_t order, double blink, Random &random);
    void try_after(const Route &route, const VehicleType &type, std::int32_t order, const Task &task, std::size_t p);
    void add(const Place &place);
    [[nodiscard]] std::vector<Visit> with(const Route &route, std::int32_t order, const Place &place) const;
    [[nodiscard]] bool bounds_decide(const VehicleType &type, std::int32_t order) const;

    const Problem &problem_;
    Evaluator &evaluator_;
    const Neighbours &neighbours_;
    std::vector<std::uint8_t> plain_type_; // per type: bounds may decide
    std::vector<std::size_t> frozen_;      // per vehicle type: visits that stay in front
    Place best_exact_{};
    std::vector<Place> candidates_;
    std::vector<std::int32_t> touched_; // vehicles whose further trips were looked at // to be evaluated, unsorted
};

} // namespace milkfloat::routing

#endif
