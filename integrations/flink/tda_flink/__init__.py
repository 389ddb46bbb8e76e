"""Windowed barcodes of streams of point clouds on a Flink cluster, each window computed by the host's own `tdad`."""
