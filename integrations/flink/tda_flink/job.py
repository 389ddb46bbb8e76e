"""The job: source → events → windows by stream → barcodes → results and dead letters.

Submit it to a cluster with `flink run --python integrations/flink/tda-flink.py`, see README.md.
"""

import json
from pathlib import Path

from pyflink.common import Configuration, Time
from pyflink.common.typeinfo import Types
from pyflink.common.watermark_strategy import WatermarkStrategy
from pyflink.datastream import AsyncDataStream, CheckpointingMode, StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

from . import options as command_line
from . import sinks, sources
from .computing import Computing
from .windowing import DEAD_LETTERS, Parsing, Windowing

# What passes between the steps is of our own classes.
OBJECTS = Types.PICKLED_BYTE_ARRAY()
# Longer than any computation waits: an overloaded daemon is asked again and again.
TIMEOUT = Time.days(1)


def main(arguments=None):
    options = command_line.parse(arguments)
    environment = make_environment(options)
    tables = StreamTableEnvironment.create(environment)
    build(options, environment, tables)
    environment.execute("tda-flink")


def make_environment(options):
    environment = StreamExecutionEnvironment.get_execution_environment(Configuration())
    environment.enable_checkpointing(round(options.checkpoint_seconds * 1000), CheckpointingMode.EXACTLY_ONCE)
    if options.parallelism:
        environment.set_parallelism(options.parallelism)
    if options.jars:
        environment.add_jars(*(Path(jar).resolve().as_uri() for jar in options.jars))
    return environment


def build(options, environment, tables):
    """Lays out the graph."""
    if options.source == "kafka":
        records = sources.from_kafka(options, tables)
    elif options.source == "files":
        records = sources.from_files(options, environment)
    else:
        records = sources.from_socket(options, environment)

    schema = json.loads((options.schemas / "tda_events.json").read_text())
    events = records.process(Parsing(schema), OBJECTS).name("events").uid("events")
    # Event time is each stream's own; Flink's only tells the end of a bounded source.
    timed = events.assign_timestamps_and_watermarks(WatermarkStrategy.no_watermarks())
    closed = (
        timed.key_by(lambda event: event.stream, Types.STRING())
        .process(Windowing(options.shape), OBJECTS)
        .name("windows")
        .uid("windows")
    )
    asked = {
        "max_dimension": options.max_dimension,
        "max_edge_length": options.max_edge_length,
        "precision": options.precision,
    }
    computed = AsyncDataStream.unordered_wait(
        closed, Computing(options.socket, asked), TIMEOUT, options.concurrency, OBJECTS
    )
    results = computed.filter(lambda message: not message.is_dead_letter)
    dead_letters = (
        events.get_side_output(DEAD_LETTERS)
        .union(closed.get_side_output(DEAD_LETTERS))
        .union(computed.filter(lambda message: message.is_dead_letter))
    )
    if options.output:
        sinks.to_files(results, f"{options.output}/results")
        sinks.to_files(dead_letters, f"{options.output}/dead-letters")
        return
    statements = tables.create_statement_set()
    sinks.to_kafka(results, options.results_topic, options, tables, statements)
    sinks.to_kafka(dead_letters, f"{options.events_topic}.dlq", options, tables, statements)
    statements.attach_as_datastream()
