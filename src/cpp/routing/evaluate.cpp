#include "evaluate.h"

#include <algorithm>
#include <cmath>

namespace milkfloat::routing {

namespace {
constexpr std::size_t kSearchWidth = 10;
constexpr int kSearchEffort = 5;
constexpr std::size_t kFinalWidth = 200;
constexpr int kFinalEffort = 200;
constexpr std::size_t kShortRound = 2; // visits: one order
constexpr int kLaterDepartures = 8;
} // namespace

Evaluator::Evaluator(const Problem &problem)
    : problem_(problem),
      itinerary_(problem),
      timing_(problem),
      charging_(problem) {}

bool Evaluator::evaluate(std::int32_t vehicle,
                         std::span<const Visit> visits,
                         double limit,
                         std::size_t width,
                         int effort,
                         double departure,
                         Timeline &line) {
    const VehicleType &type = problem_.type_of(vehicle);
    if (!itinerary_.lay_out(vehicle, visits)) {
        return false;
    }
    inserts_.clear();
    const bool fixed = !std::isnan(departure);
    if (type.needs_labels()) {
        const double leave = fixed ? departure : Timing::earliest_departure(type, itinerary_);
        if (!charging_.choose(vehicle, itinerary_, leave, limit, width, inserts_)) {
            return !fixed && leave_later(vehicle, leave, limit, width, effort, line);
        }
    }
    if (fixed) {
        return timing_.drive(type, itinerary_, inserts_, departure, line) &&
               line.duration() <= type.max_duration + kTolerance;
    }
    return timing_.best_departure(type, itinerary_, inserts_, effort, line);
}

// Traffic that draws more than the battery holds may be over later. Short rounds try that in the search, too, so that
// an order which can be served then is; for longer ones it costs more than it gains.
bool Evaluator::leave_later(
    std::int32_t vehicle, double earliest, double limit, std::size_t width, int effort, Timeline &line) {
    const VehicleType &type = problem_.type_of(vehicle);
    const bool is_short = itinerary_.stops().size() <= kShortRound + 2;
    if (!type.has_battery || type.under_way || problem_.metric_of(type).is_static() ||
        (!is_short && width < kFinalWidth)) {
        return false;
    }
    const double last = timing_.latest_departure(type, itinerary_, type.shift.late);
    if (!std::isfinite(last) || !std::isfinite(earliest)) {
        return false;
    }
    for (int i = 1; last > earliest && i <= kLaterDepartures; ++i) {
        const double departure = earliest + (last - earliest) * i / kLaterDepartures;
        if (charging_.choose(vehicle, itinerary_, departure, limit, width, inserts_) &&
            timing_.drive(type, itinerary_, inserts_, departure, line) &&
            line.duration() <= type.max_duration + kTolerance) {
            Timeline other;
            if (timing_.best_departure(type, itinerary_, inserts_, effort, other) &&
                timing_.cost(type, other) < timing_.cost(type, line)) {
                line = other;
            }
            return true;
        }
    }
    return false;
}

double Evaluator::cost(std::int32_t vehicle, std::span<const Visit> visits, double limit) {
    Timeline line;
    if (!evaluate(vehicle, visits, limit, kSearchWidth, kSearchEffort, std::nan(""), line)) {
        return kInfinity;
    }
    return timing_.cost(problem_.type_of(vehicle), line);
}

bool Evaluator::schedule(std::int32_t vehicle, std::span<const Visit> visits, double departure, Schedule &result) {
    const VehicleType &type = problem_.type_of(vehicle);
    Timeline line;
    // Wide labels are never worse in theory; where the narrow ones found something and they did not, take that.
    if (!evaluate(vehicle, visits, kInfinity, kFinalWidth, kFinalEffort, departure, line) &&
        !evaluate(vehicle, visits, kInfinity, kSearchWidth, kFinalEffort, departure, line)) {
        return false;
    }
    result.moments.clear();
    if (!timing_.drive(type, itinerary_, inserts_, line.departure, result.line, &result.moments)) {
        return false;
    }
    result.cost = timing_.cost(type, result.line);
    const auto dimensions = static_cast<std::size_t>(problem_.dimensions);
    result.loads.assign(result.moments.size() * dimensions, 0.0);
    std::size_t stopover = 0;
    for (std::size_t i = 0; i < result.moments.size(); ++i) {
        if (result.moments[i].stopover >= 0) {
            stopover = static_cast<std::size_t>(result.moments[i].stopover);
        }
        std::copy_n(itinerary_.loads().begin() + static_cast<std::ptrdiff_t>(stopover * dimensions), dimensions,
                    result.loads.begin() + static_cast<std::ptrdiff_t>(i * dimensions));
    }
    return true;
}

} // namespace milkfloat::routing
