#ifndef MILKFLOAT_ROADS_STRONG_COMPONENTS_H
#define MILKFLOAT_ROADS_STRONG_COMPONENTS_H

#include <cstdint>
#include <span>
#include <vector>

namespace milkfloat::roads {

// Strongly connected components of the graph whose vertex v has the arcs first[v] to first[v + 1]: one number per
// vertex, equal for two vertices exactly when each can be reached from the other. Tarjan (1972), without recursion:
// a city's road graph is deeper than any call stack.
std::vector<std::int32_t> strong_components(std::span<const std::int32_t> first, std::span<const std::int32_t> target);

} // namespace milkfloat::roads

#endif
