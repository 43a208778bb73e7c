#include "timing.h"

#include <algorithm>
#include <cmath>

namespace milkfloat::routing {

namespace {

// The van on its way: everything that changes while driving.
struct Drive {
    const Problem &problem;
    const VehicleType &type;
    const Metric &metric;
    Timeline &line;
    double now;
    double level;
    double waited = 0.0;
    double slack = kInfinity;

    bool go(std::int32_t from, std::int32_t to, double mass) {
        if (from == to || to < 0) {
            return true;
        }
        const double travel = metric.travel_time(from, to, now) / type.speed_factor;
        line.distance += metric.distance(from, to, now);
        line.travel_time += travel;
        if (type.has_battery) {
            const double drawn = metric.energy(from, to, now, mass) + type.aux_power * travel;
            line.energy += drawn;
            level = std::min(level - drawn, type.battery.capacity);
            if (level < type.battery.reserve - kTolerance) {
                return false;
            }
        }
        now += travel;
        return now < kInfinity;
    }

    // Waits until `start`, where service must begin by `late`.
    void wait(double start, double late) {
        waited += start - now;
        slack = std::min(slack, waited + late - start);
        now = start;
    }
};

double window_end(const Stopover &stop, double start) {
    for (std::int32_t i = 0; i < stop.window_count; ++i) {
        if (start <= stop.windows[i].late + kTolerance) {
            return stop.windows[i].late;
        }
    }
    return kInfinity;
}

} // namespace

bool Timing::drive(const VehicleType &type,
                   const Itinerary &itinerary,
                   std::span<const Insert> inserts,
                   double departure,
                   Timeline &line,
                   std::vector<Moment> *moments) const {
    const std::vector<Stopover> &stops = itinerary.stops();
    line = Timeline{};
    line.departure = departure;
    Drive van{problem_, type, problem_.metric_of(type), line, departure, type.battery.start};
    if (departure < type.shift.early - kTolerance) {
        return false;
    }
    if (type.has_battery && van.level < type.battery.reserve - kTolerance) {
        return false;
    }
    const auto note = [&](VisitKind kind, std::int32_t index, std::int32_t location, std::int32_t stopover,
                          double arrival, double start, double level, double charge) {
        if (moments != nullptr) {
            moments->push_back(
                {kind, index, location, stopover, arrival, start, van.now, line.distance, level, charge});
        }
    };
    const double loading = departure - stops.front().duration;
    note(VisitKind::reload, -1, type.start, 0, loading, loading, van.level, 0.0);

    std::size_t next_insert = 0;
    std::size_t pauses_taken = 0;
    std::int32_t here = type.start;
    for (std::size_t p = 0; p + 1 < stops.size(); ++p) {
        for (; next_insert < inserts.size() && inserts[next_insert].after == static_cast<std::int32_t>(p);
             ++next_insert) {
            const Insert &insert = inserts[next_insert];
            if (insert.is_pause) {
                const Break &pause = type.breaks[static_cast<std::size_t>(insert.index)];
                Stopover stop;
                stop.windows = pause.windows.data();
                stop.window_count = static_cast<std::int32_t>(pause.windows.size());
                const double arrival = van.now;
                const double start = service_start(stop, arrival);
                if (start == kInfinity) {
                    return false;
                }
                van.wait(start, window_end(stop, start));
                van.now += pause.duration;
                ++pauses_taken;
                note(VisitKind::pause, insert.index, here, -1, arrival, start, van.level, 0.0);
                continue;
            }
            const Station &station = problem_.stations[static_cast<std::size_t>(insert.index)];
            if (!van.go(here, station.location, stops[p].mass)) {
                return false;
            }
            here = station.location;
            const double arrival = van.now;
            const double before = van.level;
            const ChargeCurve &curve = type.battery.curves[static_cast<std::size_t>(station.kind)];
            const double target = std::max(before, std::min(insert.level, curve.energy_max()));
            van.now += station.access_time + curve.time_at(target) - curve.time_at(before);
            van.level = target;
            note(VisitKind::charge, insert.index, here, -1, arrival, arrival, before, target - before);
        }
        const Stopover &stop = stops[p + 1];
        if (!van.go(here, stop.location, stops[p].mass)) {
            return false;
        }
        const bool is_end = p + 2 == stops.size();
        if (stop.location >= 0) {
            here = stop.location;
        }
        const double arrival = van.now;
        if (is_end) {
            van.slack = std::min(van.slack, van.waited + type.shift.late - van.now);
            note(VisitKind::reload, -1, here, static_cast<std::int32_t>(p + 1), arrival, arrival, van.level, 0.0);
            break;
        }
        const double start = service_start(stop, arrival);
        if (start == kInfinity) {
            return false;
        }
        van.wait(start, window_end(stop, start));
        const double before = van.level;
        double charge = 0.0;
        van.now += stop.duration;
        if (stop.kind == VisitKind::charge) {
            const Station &station = problem_.stations[static_cast<std::size_t>(stop.index)];
            const ChargeCurve &curve = type.battery.curves[static_cast<std::size_t>(station.kind)];
            double level = stop.charge < 0.0 ? curve.energy_max() : before + stop.charge;
            level = std::max(before, std::min(level, curve.energy_max()));
            van.now += curve.time_at(level) - curve.time_at(before);
            charge = level - before;
            van.level = level;
        } else if (stop.kind == VisitKind::stop) {
            line.service_time += stop.duration;
        } else if (stop.kind == VisitKind::pause) {
            ++pauses_taken;
        }
        if (van.now < stop.release) {
            van.wait(stop.release, kInfinity);
        }
        note(stop.kind, stop.kind == VisitKind::reload ? -1 : stop.index, here, static_cast<std::int32_t>(p + 1),
             arrival, start, before, charge);
    }
    line.end = van.now;
    line.slack = std::max(0.0, std::min(van.slack, van.waited));
    if (line.end > type.shift.late + kTolerance || line.distance > type.max_distance + kTolerance ||
        line.travel_time > type.max_travel_time + kTolerance) {
        return false;
    }
    if (type.has_battery && van.level < std::max(type.battery.reserve, type.battery.end_min) - kTolerance) {
        return false;
    }
    // A pause is due once the shift goes on past the last instant it could have begun.
    return pauses_taken >= type.breaks.size() || line.end <= type.breaks[pauses_taken].windows.back().late + kTolerance;
}

double Timing::latest_departure(const VehicleType &type, const Itinerary &itinerary, double end) const {
    const Metric &metric = problem_.metric_of(type);
    const std::vector<Stopover> &stops = itinerary.stops();
    double limit = std::min(end, type.shift.late);
    for (std::size_t p = stops.size() - 1; p-- > 0;) {
        const Stopover &to = stops[p + 1];
        const std::int32_t from = stops[p].location;
        double depart = limit;
        if (to.location >= 0 && from != to.location) {
            const double factor = type.speed_factor;
            depart = metric.is_static() ? limit - metric.travel_time(from, to.location, limit) / factor
                                        : metric.latest_departure(from, to.location, limit, factor);
        }
        limit = p == 0 ? depart : latest_start(stops[p], depart - stops[p].duration);
        if (limit == -kInfinity) {
            break;
        }
    }
    return limit;
}

bool Timing::best_departure(const VehicleType &type,
                            const Itinerary &itinerary,
                            std::span<const Insert> inserts,
                            int effort,
                            Timeline &line) const {
    const double earliest = earliest_departure(type, itinerary);
    const double limit = type.max_duration + kTolerance;
    const auto tried = [&](double departure, Timeline &result) {
        return drive(type, itinerary, inserts, departure, result);
    };
    double first = earliest;
    if (first == -kInfinity) { // nothing says when the day begins: leave for the first window
        first = std::min(0.0, latest_departure(type, itinerary, type.shift.late));
    }
    bool found = tried(first, line);
    if (!type.times_matter() || type.under_way) {
        return found && line.duration() <= limit;
    }
    if (problem_.metric_of(type).is_static()) {
        if (!found) {
            return false;
        }
        if (line.slack > 0.0) {
            const Timeline before = line;
            if (!tried(line.departure + line.slack, line)) {
                line = before;
            }
        }
        return line.duration() <= limit;
    }
    // Travel times change: leaving later may end later and still be shorter. Try departures between the first and the
    // last, then close in around the best.
    Timeline trial;
    const auto better = [&](double departure) {
        if (tried(departure, trial) && (!found || cost(type, trial) < cost(type, line))) {
            line = trial;
            found = true;
            return true;
        }
        return false;
    };
    if (found) {
        better(latest_departure(type, itinerary, line.end));
    }
    const double last = latest_departure(type, itinerary, type.shift.late);
    if (std::isfinite(last) && last > first) {
        double step = (last - first) / effort;
        for (int i = 1; i <= effort; ++i) {
            better(first + step * i);
        }
        for (int round = 0; found && effort > 8 && round < 40; ++round) {
            const double centre = line.departure;
            step *= 0.6;
            better(std::min(last, centre + step));
            better(std::max(first, centre - step));
            if (std::isfinite(line.end)) {
                better(latest_departure(type, itinerary, line.end));
            }
        }
    }
    return found && line.duration() <= limit;
}

} // namespace milkfloat::routing
