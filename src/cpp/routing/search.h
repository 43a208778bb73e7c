#ifndef MILKFLOAT_ROUTING_SEARCH_H
#define MILKFLOAT_ROUTING_SEARCH_H

// Ruin and recreate under simulated annealing, with fewer vans first where the objective wants it (Christiaens &
// Vanden Berghe 2020). Deterministic for a seed and a number of iterations; may be stopped after any of them.

#include "ruin.h"

#include <chrono>

namespace milkfloat::routing {

class Search {
public:
    Search(const Problem &problem, std::uint64_t seed, bool vehicles_first);

    // Gives a vehicle its visits from an earlier plan; what no longer fits is left out.
    void start_with(std::int32_t vehicle, std::span<const Visit> visits);

    // Inserts what is absent and sets the length of the search: iterations, seconds, or both (0: no limit).
    void begin(std::int64_t iterations, double seconds);

    // Searches on for about `seconds`; true when the end set by `begin` is reached.
    bool advance(double seconds);

    [[nodiscard]] const Solution &solution() const { return solution_; }
    [[nodiscard]] std::int64_t iterations() const { return iterations_; }

private:
    void recreate(bool open_routes, double blink);
    void change_types();
    void sort_absent(std::vector<std::int32_t> &orders);
    void iterate_fleet();
    bool begin_fleet_round();
    void end_fleet();
    [[nodiscard]] double part_done() const;
    [[nodiscard]] double absences(const std::vector<std::int32_t> &orders) const;
    [[nodiscard]] std::int32_t random_task();

    const Problem &problem_;
    Evaluator evaluator_;
    Neighbours neighbours_;
    Solution solution_;
    Inserter inserter_;
    Ruiner ruiner_;
    Random random_;
    std::vector<double> depot_distance_; // per order
    std::vector<double> demand_;
    bool vehicles_first_;
    bool in_fleet_phase_ = false;
    std::vector<double> absence_; // per order: how often it could not be inserted
    double temperature_start_ = 0.0;
    double temperature_end_ = 0.0;
    std::int64_t iterations_ = 0;
    std::int64_t iterations_wanted_ = 0;
    double seconds_wanted_ = 0.0;
    std::chrono::steady_clock::time_point begun_;
};

} // namespace milkfloat::routing

#endif
