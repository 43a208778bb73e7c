from milkfloat.roads.types import Float32, Float64, Int32, Int64, UInt8

def strong_components(first: Int32, target: Int32) -> Int32: ...

class SliceGraph:
    def __init__(
        self, turn_first: Int32, turn_edge: Int32, turn_cost_ms: Int32, edge_time_ms: Int32, closed: UInt8
    ) -> None: ...

class SliceSearch:
    def __init__(
        self,
        graph: SliceGraph,
        length_dm: Int32,
        base_j: Float32 | None,
        per_kg_j: Float32 | None,
        target_edge: Int32,
        target_part: Float64,
        target_index: Int32,
    ) -> None: ...
    def run(
        self,
        source_edge: Int32,
        source_part: Float64,
        edge_count: int,
        time_ms: Int32,
        distance_dm: Int32,
        base_j: Float32 | None,
        per_kg_j: Float32 | None,
    ) -> None: ...

class SnapIndex:
    def __init__(self, point_first: Int64, lon: Float64, lat: Float64, forward: Int32, backward: Int32) -> None: ...
    def nearest(
        self, lon: Float64, lat: Float64, limit_m: float, heading_deg: Float64 | None, heading_tolerance_deg: float
    ) -> tuple[Int64, Float64, Float64, UInt8]: ...

class TimedSearch:
    def __init__(
        self,
        turn_first: Int32,
        turn_edge: Int32,
        turn_cost_ms: Int32,
        edge_target: Int32,
        node_lon: Float64,
        node_lat: Float64,
        length_dm: Int32,
        time_ms: Int32,
        closed_from_ms: Float64,
        closed_until_ms: Float64,
        bin_first: int,
        bin_ms: float,
    ) -> None: ...
    def path(
        self,
        source_edge: Int32,
        source_part: Float64,
        target_edge: Int32,
        target_part: Float64,
        edge_count: int,
        depart_ms: float,
    ) -> tuple[Int32, Float64] | None: ...
