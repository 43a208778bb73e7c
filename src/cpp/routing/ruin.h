#ifndef MILKFLOAT_ROUTING_RUIN_H
#define MILKFLOAT_ROUTING_RUIN_H

// Takes strings of neighbouring stops out of neighbouring routes (Christiaens & Vanden Berghe 2020, "Slack Induction by
// String Removals for Vehicle Routing Problems", Transportation Science 54(2)).

#include "insertion.h"

namespace milkfloat::routing {

class Ruiner {
public:
    Ruiner(const Problem &problem, Evaluator &evaluator, const Neighbours &neighbours);

    // Removes strings around a task.
    void around(Solution &solution, std::int32_t task, Random &random);

    // Empties the route of a vehicle, frozen visits excepted.
    void empty(Solution &solution, std::int32_t vehicle);

    // Takes single orders out of the solution.
    void take_out(Solution &solution, std::int32_t order);

private:
    void remove_string(Solution &solution, std::int32_t task, std::int32_t longest, Random &random);
    void remove_marked(Solution &solution, std::int32_t vehicle);
    [[nodiscard]] std::vector<Visit> tidy(const VehicleType &type, std::vector<Visit> visits) const;

    const Problem &problem_;
    Evaluator &evaluator_;
    const Neighbours &neighbours_;
    std::vector<std::uint8_t> marked_;  // orders to be removed
    std::vector<std::uint32_t> ruined_; // per vehicle: stamp of the last ruin that touched it
    std::uint32_t stamp_ = 0;
    std::vector<std::int32_t> string_; // scratch: positions of movable stops
};

} // namespace milkfloat::routing

#endif
