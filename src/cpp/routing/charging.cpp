#include "charging.h"

#include <algorithm>

namespace milkfloat::routing {

namespace {
// The search charges on a leg only when fewer than this many later legs in reach have a smaller detour.
constexpr int kBetterLegs = 3;
// Where travel times change, leaving later may save this part of the driving.
constexpr double kTrafficSlack = 0.15;
} // namespace

double Charging::Label::level_at(double time) const {
    if (time < points[0].time) {
        return -kInfinity;
    }
    for (int k = 1; k < count; ++k) {
        const auto i = static_cast<std::size_t>(k);
        if (time <= points[i].time) {
            const double width = points[i].time - points[i - 1].time;
            const double share = width > 0.0 ? (time - points[i - 1].time) / width : 1.0;
            return points[i - 1].level + (points[i].level - points[i - 1].level) * share;
        }
    }
    return points[static_cast<std::size_t>(count - 1)].level;
}

// Adds a breakpoint; where there is no room, the flattest inner point goes, which only loses energy.
void Charging::push(Label &label, const Point &point) const {
    if (label.count > 0) {
        Point &last = label.points[static_cast<std::size_t>(label.count - 1)];
        if (point.time - last.time < 1e-9) {
            if (point.level > last.level) {
                last.level = point.level;
                last.charged_to = point.charged_to;
            }
            return;
        }
        if (point.level <= last.level + 1e-12) {
            return; // waiting gains nothing
        }
    }
    if (label.count == kMostPoints) {
        std::size_t least = 1;
        double least_loss = kInfinity;
        for (std::size_t i = 1; i + 1 < kMostPoints; ++i) {
            const Point &a = label.points[i - 1];
            const Point &b = label.points[i];
            const Point &c = label.points[i + 1];
            const double loss = b.level - (a.level + (c.level - a.level) * (b.time - a.time) / (c.time - a.time));
            if (loss < least_loss) {
                least_loss = loss;
                least = i;
            }
        }
        std::copy(label.points.begin() + static_cast<std::ptrdiff_t>(least) + 1, label.points.end(),
                  label.points.begin() + static_cast<std::ptrdiff_t>(least));
        --label.count;
    }
    label.points[static_cast<std::size_t>(label.count++)] = point;
}

// Drives on; what would fall below the reserve on the way is cut off.
bool Charging::travel(Label &label, std::int32_t from, std::int32_t to, double mass) const {
    if (to < 0 || from == to) {
        return true;
    }
    const Metric &metric = problem_.metric_of(*type_);
    const double depart = label.first_time();
    label.distance += metric.distance(from, to, depart);
    const bool same_for_all = metric.is_static();
    double travel = metric.travel_time(from, to, depart) / type_->speed_factor;
    if (travel == kInfinity) {
        return false;
    }
    label.travel += travel;
    if (!type_->has_battery) {
        for (int k = 0; k < label.count; ++k) {
            label.points[static_cast<std::size_t>(k)].time += travel;
        }
        return true;
    }
    const double reserve = type_->battery.reserve;
    const double capacity = type_->battery.capacity;
    double drawn = metric.energy(from, to, depart, mass) + type_->aux_power * travel;
    const int count = label.count;
    const double first_travel = travel, first_drawn = drawn;
    const double last_depart = label.points[static_cast<std::size_t>(count - 1)].time;
    double last_travel = travel, last_drawn = drawn;
    if (!same_for_all && !careful_ && count > 2) {
        last_travel = metric.travel_time(from, to, last_depart) / type_->speed_factor;
        last_drawn = metric.energy(from, to, last_depart, mass) + type_->aux_power * last_travel;
    }
    label.count = 0;
    Point before{};
    for (int k = 0; k < count; ++k) {
        Point point = label.points[static_cast<std::size_t>(k)];
        if (!same_for_all && k > 0) {
            if (careful_ || k == count - 1) {
                travel = metric.travel_time(from, to, point.time) / type_->speed_factor;
                drawn = metric.energy(from, to, point.time, mass) + type_->aux_power * travel;
            } else { // in between is near enough: what is chosen is driven exactly afterwards
                const double share = (point.time - depart) / (last_depart - depart);
                travel = first_travel + (last_travel - first_travel) * share;
                drawn = first_drawn + (last_drawn - first_drawn) * share;
            }
        }
        point.time += travel;
        point.level -= drawn;
        if (point.level > capacity) {
            point.level = capacity;
        }
        if (point.level >= reserve - kTolerance) {
            if (label.count == 0 && k > 0 && before.level < reserve) {
                // The first departure that makes it lies between two breakpoints.
                const double share = (reserve - before.level) / (point.level - before.level);
                if (share < 1.0) {
                    push(label, {before.time + (point.time - before.time) * share, reserve,
                                 before.charged_to + (point.charged_to - before.charged_to) * share});
                }
            }
            push(label, point);
        }
        before = point;
    }
    return label.count > 0;
}

// Waits until `early`; nobody may be later than `late`.
bool Charging::wait_for(Label &label, double early, double late) const {
    if (label.first_time() > late + kTolerance) {
        return false;
    }
    const int count = label.count;
    label.waited += std::max(0.0, early - label.first_time());
    if (label.first_time() >= early && label.points[static_cast<std::size_t>(count - 1)].time <= late) {
        return true;
    }
    label.count = 0;
    Point waiting{};
    bool waits = false;
    for (int k = 0; k < count; ++k) {
        const Point point = label.points[static_cast<std::size_t>(k)];
        if (point.time <= early) {
            waiting = point;
            waits = true;
            continue;
        }
        if (waits || k > 0) {
            const Point before = waits ? waiting : label.points[static_cast<std::size_t>(k - 1)];
            const double width = point.time - before.time;
            const auto between = [&](double time) {
                const double share = (time - before.time) / width;
                return Point{time, before.level + (point.level - before.level) * share,
                             before.charged_to + (point.charged_to - before.charged_to) * share};
            };
            if (waits) {
                push(label, between(early));
                waits = false;
            }
            if (point.time > late) {
                push(label, between(late));
                return true;
            }
        } else if (point.time > late) {
            push(label, point); // within tolerance
            return true;
        }
        push(label, point);
    }
    if (waits) {
        waiting.time = early;
        push(label, waiting);
    }
    return true;
}

void Charging::shift(Label &label, double duration) {
    for (int k = 0; k < label.count; ++k) {
        label.points[static_cast<std::size_t>(k)].time += duration;
    }
}

// Opens one label per breakpoint of the arriving function.
void Charging::charge_all(const Label &arriving, std::int32_t station, std::int32_t after, std::vector<Label> &out) {
    const Station &place = problem_.stations[static_cast<std::size_t>(station)];
    const ChargeCurve &curve = type_->battery.curves[static_cast<std::size_t>(place.kind)];
    for (int k = 0; k < arriving.count; ++k) {
        if (!careful_ && k > 0 && k < arriving.count - 1 && k != arriving.count / 2) {
            continue; // the ends and one between are enough for the search
        }
        const Point &point = arriving.points[static_cast<std::size_t>(k)];
        if (point.level >= curve.energy_max() - kTolerance) {
            continue;
        }
        Label label;
        label.distance = arriving.distance;
        label.travel = arriving.travel;
        label.waited = arriving.waited;
        label.service = arriving.service;
        label.pauses = arriving.pauses;
        label.last = static_cast<std::int32_t>(trail_.size());
        trail_.push_back({arriving.last, after, false, station, point.charged_to});
        const double begin = point.time + place.access_time;
        const double elapsed = curve.time_at(point.level);
        if (!problem_.full_charging) {
            push(label, {begin, point.level, point.level});
            for (std::size_t i = 0; i < curve.time.size(); ++i) {
                if (curve.energy[i] > point.level + kTolerance) {
                    push(label, {begin + curve.time[i] - elapsed, curve.energy[i], curve.energy[i]});
                }
            }
        } else {
            push(label, {begin + curve.time.back() - elapsed, curve.energy_max(), curve.energy_max()});
        }
        out.push_back(label);
    }
}

// Arrives at a stopover: windows, service, frozen charges and pauses. A label per window it can use.
void Charging::enter(Label &label, const Stopover &stop, std::vector<Label> &out) {
    const auto finish = [&](Label &ready) {
        shift(ready, stop.duration);
        if (stop.kind == VisitKind::stop && !problem_.count_service) {
            ready.service += stop.duration;
        }
        if (stop.kind == VisitKind::pause) {
            ++ready.pauses;
        }
        if (stop.kind == VisitKind::charge) {
            const Station &place = problem_.stations[static_cast<std::size_t>(stop.index)];
            const ChargeCurve &curve = type_->battery.curves[static_cast<std::size_t>(place.kind)];
            const int count = ready.count;
            ready.count = 0;
            for (int k = 0; k < count; ++k) {
                Point point = ready.points[static_cast<std::size_t>(k)];
                const double wanted = stop.charge < 0.0 ? curve.energy_max() : point.level + stop.charge;
                const double level = std::max(point.level, std::min(wanted, curve.energy_max()));
                point.time += curve.time_at(level) - curve.time_at(point.level);
                point.level = level;
                push(ready, point);
            }
        }
        if (stop.release > -kInfinity) {
            wait_for(ready, stop.release, kInfinity);
        }
        out.push_back(ready);
    };
    if (stop.window_count == 0) {
        finish(label);
        return;
    }
    for (std::int32_t i = 0; i < stop.window_count; ++i) {
        Label inside = label;
        if (wait_for(inside, stop.windows[i].early, stop.windows[i].late)) {
            finish(inside);
            if (!type_->has_battery) {
                return; // earlier is better, and there is no energy to gain
            }
        }
    }
}

bool Charging::dominates(const Label &a, const Label &b) {
    if (a.pauses < b.pauses || a.distance > b.distance + 1e-9 || a.first_time() > b.first_time() + 1e-9) {
        return false;
    }
    for (int k = 0; k < b.count; ++k) {
        const Point &point = b.points[static_cast<std::size_t>(k)];
        if (a.level_at(point.time) < point.level - 1e-9) {
            return false;
        }
    }
    for (int k = 0; k < a.count; ++k) {
        const Point &point = a.points[static_cast<std::size_t>(k)];
        if (point.level < b.level_at(point.time) - 1e-9) {
            return false;
        }
    }
    return true;
}

void Charging::prune(std::vector<Label> &labels, std::size_t width) const {
    if (labels.size() < 2) {
        return;
    }
    const double per_time = type_->cost_per_time;
    const double per_distance = std::max(type_->cost_per_distance, per_time == 0.0 ? 1e-9 : 0.0);
    const auto price = [&](const Label &label) {
        return per_distance * label.distance + std::max(per_time, 1e-9) * label.first_time();
    };
    std::stable_sort(labels.begin(), labels.end(), [&](const Label &a, const Label &b) { return price(a) < price(b); });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < labels.size() && kept < width; ++i) {
        bool wanted = true;
        for (std::size_t j = 0; j < kept && wanted; ++j) {
            wanted = !dominates(labels[j], labels[i]);
        }
        if (wanted) {
            if (kept != i) {
                labels[kept] = labels[i];
            }
            ++kept;
        }
    }
    labels.resize(kept);
}

// Energy, distance and time from each stopover to the end without any charge.
void Charging::needs(const Itinerary &itinerary, double departure) {
    const std::vector<Stopover> &stops = itinerary.stops();
    const Metric &metric = problem_.metric_of(*type_);
    departure_ = departure;
    need_.assign(stops.size(), 0.0);
    distance_.assign(stops.size(), 0.0);
    drawn_.assign(stops.size(), 0.0);
    rest_.assign(stops.size(), 0.0);
    detour_.clear();
    double need = type_->has_battery ? std::max(type_->battery.reserve, type_->battery.end_min) : 0.0;
    need_.back() = need;
    // Traffic to come may ask for more energy than the traffic of the start.
    const double margin = metric.is_static() ? 1.0 : 1.1;
    const double least = metric.is_static() ? 1.0 : 1.0 - kTrafficSlack;
    for (std::size_t p = stops.size() - 1; p-- > 0;) {
        const std::int32_t from = stops[p].location;
        const std::int32_t to = stops[p + 1].location;
        double length = 0.0;
        double travel = 0.0;
        if (to >= 0 && from != to) {
            length = metric.distance(from, to, departure);
            travel = metric.travel_time(from, to, departure) / type_->speed_factor;
            if (type_->has_battery) {
                const double drawn = metric.energy(from, to, departure, stops[p].mass) + type_->aux_power * travel;
                drawn_[p] = drawn > 0.0 ? margin * drawn : drawn;
                need = std::max(need + drawn_[p], type_->battery.reserve);
            }
        }
        need_[p] = need;
        distance_[p] = distance_[p + 1] + length;
        const bool counts = p > 0 && (stops[p].kind != VisitKind::stop || problem_.count_service);
        rest_[p] = rest_[p + 1] + least * travel + (counts ? stops[p].duration : 0.0);
    }
}

// The smallest detour to each kind of station on every leg.
void Charging::find_detours(const Itinerary &itinerary) {
    const std::vector<Stopover> &stops = itinerary.stops();
    const Metric &metric = problem_.metric_of(*type_);
    const std::size_t kinds = type_->battery.curves.size();
    detour_.assign(stops.size() * kinds, kInfinity);
    for (std::size_t p = 0; p + 1 < stops.size(); ++p) {
        const std::int32_t from = stops[p].location;
        const std::int32_t to = stops[p + 1].location;
        const double direct = to < 0 ? 0.0 : metric.distance(from, to, departure_);
        const std::size_t count = stations_.between(type_index_, from, to, careful_, first_list_);
        for (const std::int16_t index : std::span(first_list_).first(count)) {
            const Station &station = problem_.stations[static_cast<std::size_t>(index)];
            const double onwards = to < 0 ? 0.0 : metric.distance(station.location, to, departure_);
            double &least = detour_[p * kinds + static_cast<std::size_t>(station.kind)];
            least = std::min(least, metric.distance(from, station.location, departure_) + onwards - direct);
        }
    }
}

// Whether a charge at a kind of station on this leg is among the best that the label can reach.
bool Charging::worth_it(const Label &label, std::size_t position, std::int32_t kind) const {
    const std::size_t kinds = type_->battery.curves.size();
    const auto at = [&](std::size_t p) { return detour_[p * kinds + static_cast<std::size_t>(kind)]; };
    const double here = at(position) - 1e-9;
    double left = label.points[static_cast<std::size_t>(label.count - 1)].level - type_->battery.reserve;
    int better = 0;
    for (std::size_t p = position + 1; p + 1 < drawn_.size(); ++p) {
        left -= drawn_[p - 1];
        if (left < 0.0) {
            break;
        }
        if (at(p) < here && ++better >= kBetterLegs) {
            return false;
        }
    }
    return true;
}

// Whether the label, arriving at a stopover, can no longer end below the limit.
bool Charging::too_dear(const Label &label, std::size_t position) const {
    if (limit_ == kInfinity) {
        return false;
    }
    double price = type_->fixed_cost + type_->cost_per_distance * (label.distance + distance_[position]);
    if (type_->cost_per_time > 0.0) {
        const double slack = problem_.metric_of(*type_).is_static() ? 0.0 : kTrafficSlack * label.travel;
        const double busy = label.first_time() - departure_ - label.waited - label.service - slack;
        price += type_->cost_per_time * (std::max(0.0, busy) + rest_[position]);
    }
    return price > limit_;
}

// From all labels ready at `position` to labels ready at the next stopover.
void Charging::leave(std::vector<Label> &labels,
                     const Itinerary &itinerary,
                     std::size_t position,
                     std::vector<Label> &out) {
    const Stopover &from = itinerary.stops()[position];
    const Stopover &to = itinerary.stops()[position + 1];
    const auto after = static_cast<std::int32_t>(position);
    const bool is_end = position + 2 == itinerary.stops().size();
    // Nothing comes between the frozen visits or before the first of them.
    const bool is_frozen = position < type_->frozen.size();
    out.clear();
    if (!type_->breaks.empty() && !is_frozen) {
        for (std::size_t i = 0; i < labels.size(); ++i) { // grows: more than one pause may be taken in a row
            const auto k = static_cast<std::size_t>(labels[i].pauses);
            if (k >= type_->breaks.size()) {
                continue;
            }
            const Break &pause = type_->breaks[k];
            for (const Window &window : pause.windows) {
                Label label = labels[i];
                if (wait_for(label, window.early, window.late)) {
                    shift(label, pause.duration);
                    ++label.pauses;
                    trail_.push_back({label.last, after, true, static_cast<std::int32_t>(k), 0.0});
                    label.last = static_cast<std::int32_t>(trail_.size()) - 1;
                    labels.push_back(label);
                    break;
                }
            }
        }
    }
    const auto arrive = [&](Label &label, std::int32_t place) {
        if (!travel(label, place, to.location, from.mass)) {
            return;
        }
        if (label.distance > type_->max_distance + kTolerance || label.travel > type_->max_travel_time + kTolerance ||
            too_dear(label, position + 1)) {
            return;
        }
        if (is_end) {
            out.push_back(label);
        } else {
            enter(label, to, out);
        }
    };
    const bool may_charge = type_->has_battery && !problem_.stations.empty() && !is_frozen;
    for (const Label &label : labels) {
        Label direct = label;
        arrive(direct, from.location);
        // Waiting for a window is a chance to charge at no loss of time.
        const bool may_wait = to.window_count > 0 && direct.count > 0 && direct.first_time() < to.windows[0].early;
        if (!may_charge || (!eager_ && label.points[0].level >= need_[position] - kTolerance)) {
            continue;
        }
        const bool all = careful_ || eager_ || may_wait;
        if (!all && detour_.empty()) {
            find_detours(itinerary);
        }
        const std::size_t count = stations_.between(type_index_, from.location, to.location, careful_, first_list_);
        for (const std::int16_t station : std::span(first_list_).first(count)) {
            const Station &at = problem_.stations[static_cast<std::size_t>(station)];
            if (!all && !worth_it(label, position, at.kind)) {
                continue;
            }
            Label arriving = label;
            const std::int32_t place = at.location;
            if (!travel(arriving, from.location, place, from.mass)) {
                continue;
            }
            at_station_.clear();
            charge_all(arriving, station, after, at_station_);
            for (Label &charged : at_station_) {
                arrive(charged, place);
            }
        }
    }
    if (!out.empty() || !may_charge) {
        return;
    }
    // One charge does not bridge the gap: try two on the way.
    for (const Label &label : labels) {
        const std::size_t count = stations_.between(type_index_, from.location, to.location, careful_, first_list_);
        for (const std::int16_t first : std::span(first_list_).first(count)) {
            Label arriving = label;
            const std::int32_t place = problem_.stations[static_cast<std::size_t>(first)].location;
            if (!travel(arriving, from.location, place, from.mass)) {
                continue;
            }
            std::vector<Label> charged_once;
            charge_all(arriving, first, after, charged_once);
            const std::size_t further = stations_.between(type_index_, place, to.location, careful_, second_list_);
            for (const std::int16_t second : std::span(second_list_).first(further)) {
                const std::int32_t other = problem_.stations[static_cast<std::size_t>(second)].location;
                for (const Label &once : charged_once) {
                    Label again = once;
                    if (second == first || !travel(again, place, other, from.mass)) {
                        continue;
                    }
                    at_station_.clear();
                    charge_all(again, second, after, at_station_);
                    for (Label &charged : at_station_) {
                        arrive(charged, other);
                    }
                }
            }
        }
    }
}

bool Charging::choose(std::int32_t vehicle,
                      const Itinerary &itinerary,
                      double departure,
                      double limit,
                      std::size_t width,
                      std::vector<Insert> &inserts) {
    type_index_ = problem_.vehicle_type[static_cast<std::size_t>(vehicle)];
    type_ = &problem_.types[static_cast<std::size_t>(type_index_)];
    limit_ = limit;
    careful_ = width >= kCareful;
    inserts.clear();
    needs(itinerary, departure);
    const std::size_t last = itinerary.stops().size() - 1;
    const double level_at_end =
        type_->has_battery ? std::max(type_->battery.reserve, type_->battery.end_min) : -kInfinity;

    for (int attempt = 0; attempt < 2; ++attempt) {
        // Where the need of energy is only estimated, a careful evaluation looks at stations everywhere before it
        // gives up.
        eager_ = attempt == 1;
        trail_.clear();
        here_.clear();
        Label start;
        start.points[0] = {departure, type_->battery.start, type_->battery.start};
        start.count = 1;
        here_.push_back(start);
        for (std::size_t p = 0; p < last && !here_.empty(); ++p) {
            leave(here_, itinerary, p, next_);
            if (p + 1 < last) {
                prune(next_, width);
            }
            std::swap(here_, next_);
        }
        const Label *best = nullptr;
        double best_price = kInfinity;
        double best_time = 0.0;
        Point best_point{};
        for (const Label &label : here_) {
            Point point = label.points[0];
            for (int k = 1; point.level < level_at_end - kTolerance && k < label.count; ++k) {
                const Point &next = label.points[static_cast<std::size_t>(k)];
                if (next.level >= level_at_end) {
                    const double share = (level_at_end - point.level) / (next.level - point.level);
                    point = {point.time + (next.time - point.time) * share, level_at_end,
                             point.charged_to + (next.charged_to - point.charged_to) * share};
                } else {
                    point = next;
                }
            }
            const auto taken = static_cast<std::size_t>(label.pauses);
            if (point.level < level_at_end - kTolerance || point.time > type_->shift.late + kTolerance ||
                (taken < type_->breaks.size() && point.time > type_->breaks[taken].windows.back().late + kTolerance)) {
                continue;
            }
            const double price = type_->cost_per_distance * label.distance + type_->cost_per_time * point.time;
            if (price < best_price - 1e-12 || (price <= best_price && point.time < best_time)) {
                best = &label;
                best_price = price;
                best_time = point.time;
                best_point = point;
            }
        }
        if (best != nullptr) {
            double level = best_point.charged_to;
            for (std::int32_t entry = best->last; entry >= 0; entry = trail_[static_cast<std::size_t>(entry)].before) {
                const Trail &step = trail_[static_cast<std::size_t>(entry)];
                inserts.push_back({step.after, step.is_pause, step.index, level});
                if (!step.is_pause) {
                    level = step.charged_to_before;
                }
            }
            std::reverse(inserts.begin(), inserts.end());
            return true;
        }
        if (!type_->has_battery || width < kCareful) {
            return false;
        }
    }
    return false;
}

} // namespace milkfloat::routing
