#ifndef MILKFLOAT_ROUTING_NEIGHBOURS_H
#define MILKFLOAT_ROUTING_NEIGHBOURS_H

// The tasks nearest to each task, near ones first.

#include "problem.h"

#include <span>

namespace milkfloat::routing {

class Neighbours {
public:
    Neighbours(const Problem &problem, std::size_t most);

    [[nodiscard]] std::span<const std::int32_t> of(std::int32_t task) const {
        const auto i = static_cast<std::size_t>(task);
        return {near_.data() + first_[i], first_[i + 1] - first_[i]};
    }

private:
    void by_distance(const Problem &problem, std::size_t most);
    void by_grid(const Problem &problem, std::size_t most);

    std::vector<std::size_t> first_;
    std::vector<std::int32_t> near_;
};

} // namespace milkfloat::routing

#endif
