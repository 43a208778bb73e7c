#ifndef MILKFLOAT_ROUTING_EVALUATE_H
#define MILKFLOAT_ROUTING_EVALUATE_H

// The exact verdict on one route: feasible or not, at which cost, and when what happens.

#include "charging.h"

namespace milkfloat::routing {

struct Schedule {
    double cost = kInfinity;
    Timeline line;
    std::vector<Moment> moments;
    std::vector<double> loads; // moments x dimensions, on leaving
};

class Evaluator {
public:
    explicit Evaluator(const Problem &problem);

    // Cost of the route, infinity when it is infeasible or (with pauses or a battery) costs more than `limit`.
    double cost(std::int32_t vehicle, std::span<const Visit> visits, double limit = kInfinity);

    // Everything about the route, with more care than the search can afford. `departure` NaN: the best one.
    bool schedule(std::int32_t vehicle, std::span<const Visit> visits, double departure, Schedule &result);

private:
    bool evaluate(std::int32_t vehicle,
                  std::span<const Visit> visits,
                  double limit,
                  std::size_t width,
                  int effort,
                  double departure,
                  Timeline &line);
    bool
    leave_later(std::int32_t vehicle, double earliest, double limit, std::size_t width, int effort, Timeline &line);

    const Problem &problem_;
    Itinerary itinerary_;
    Timing timing_;
    Charging charging_;
    std::vector<Insert> inserts_;
};

} // namespace milkfloat::routing

#endif
