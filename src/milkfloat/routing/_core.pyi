from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

_Floats: TypeAlias = npt.NDArray[np.float64]
_Pairs: TypeAlias = Sequence[tuple[float, float]]
_Visit: TypeAlias = tuple[int, int, float]
_Totals: TypeAlias = tuple[float, float, float, float, float, float, float]

class Instance:
    def __init__(
        self,
        x: Sequence[float],
        y: Sequence[float],
        dimensions: int,
        mass_dimension: int,
        full_charging: bool,
        count_service: bool,
    ) -> None: ...
    def add_matrix(
        self,
        time: _Floats,
        distance: _Floats,
        energy: _Floats | None,
        energy_per_load: _Floats | None,
        slice_start: float,
        slice_width: float,
    ) -> None: ...
    def add_coordinates(
        self,
        great_circle: bool,
        factor: float,
        rounding: int,
        resolution: float,
        speed: float,
        energy_per_distance: float,
    ) -> None: ...
    def add_speeds(
        self, distance: _Floats, category: npt.NDArray[np.uint8], period_start: _Floats, speed: _Floats
    ) -> None: ...
    def add_arrivals(
        self,
        distance: _Floats,
        offset: npt.NDArray[np.int64],
        departure: _Floats,
        arrival: _Floats,
        energy: _Floats | None,
    ) -> None: ...
    def add_station(self, location: int, kind: int, access_time: float) -> int: ...
    def add_order(
        self,
        stops: Sequence[tuple[int, float, float, _Pairs]],
        delivery: Sequence[float],
        pickup: Sequence[float],
        amount: Sequence[float],
        penalty: float,
        release: float,
        onboard: int,
    ) -> int: ...
    def add_type(
        self,
        *,
        profile: int,
        start: int,
        end: int,
        shift: tuple[float, float],
        capacity: Sequence[float],
        depots: Sequence[int],
        max_trips: int,
        reload_time: float,
        load_time: float,
        costs: tuple[float, float, float],
        limits: tuple[float, float, float, int],
        speed_factor: float,
        aux_power: float,
        breaks: Sequence[tuple[_Pairs, float]],
        under_way: bool,
        initial_load: Sequence[float],
        frozen: Sequence[_Visit],
    ) -> int: ...
    def set_battery(
        self,
        type: int,
        capacity: float,
        start: float,
        reserve: float,
        end_min: float,
        curves: Sequence[tuple[Sequence[float], Sequence[float]]],
    ) -> None: ...
    def set_vehicles(self, types: Sequence[int], compatible: npt.NDArray[np.uint8]) -> None: ...

class Scheduler:
    def __init__(self, instance: Instance) -> None: ...
    def schedule(
        self, vehicle: int, visits: Sequence[_Visit], departure: float
    ) -> tuple[_Totals, npt.NDArray[np.int32], _Floats, _Floats] | None: ...
    def cost(self, vehicle: int, visits: Sequence[_Visit]) -> float: ...

class Search:
    def __init__(self, instance: Instance, seed: int, vehicles_first: bool) -> None: ...
    def start_with(self, vehicle: int, visits: Sequence[_Visit]) -> None: ...
    def begin(self, iterations: int, seconds: float) -> None: ...
    def advance(self, seconds: float) -> bool: ...
    def best_visits(self, vehicles: int) -> list[list[_Visit]]: ...
    @property
    def best_absent(self) -> list[int]: ...
    @property
    def best_cost(self) -> float: ...
    @property
    def best_distance(self) -> float: ...
    @property
    def best_used(self) -> int: ...
    @property
    def iterations(self) -> int: ...
