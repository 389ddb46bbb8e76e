"""The command line of the job; the environment gives the defaults, under the names that the bridge uses."""

import argparse
import os
from pathlib import Path

from .windows import WindowShape


def parse(arguments=None):
    """The options of the job; ends with a message and status 2 for what makes no sense."""
    env = os.environ.get
    parser = argparse.ArgumentParser(
        prog="tda-flink",
        description="Windowed barcodes of streams of point clouds: reads stream.event records, cuts every "
        "stream into windows of event time, computes each through the tdad of its host, publishes "
        "stream.window.completed.",
    )
    add = parser.add_argument
    add("--source", choices=["kafka", "files", "socket"], default="kafka")
    add("--path", help="a folder of JSON lines for files, HOST:PORT for socket")
    add("--bounded", action="store_true", help="files: end after those that are there")
    add("--output", help="a folder for results/ and dead-letters/ as JSON lines, instead of Kafka")
    add("--bootstrap-servers", default=env("KAFKA_BOOTSTRAP_SERVERS"))
    add("--events-topic", default=env("KAFKA_EVENTS_TOPIC", "tda_events"))
    add("--results-topic", default=env("KAFKA_RESULTS_TOPIC", "tda_results"))
    add(
        "--group",
        default=env("KAFKA_GROUP_ID", "tda-flink"),
        help="consumer group, and prefix of transactions",
    )
    add("--kafka-property", action="append", default=[], metavar="NAME=VALUE", help="for Kafka's clients")
    add("--delivery", choices=["exactly-once", "at-least-once"], default="exactly-once")
    add("--jars", action="append", default=[], metavar="FILE", help="the Kafka connector's jar")
    add("--schemas", type=Path, help="the folder with tda_events.json", default=default_schemas())
    add("--socket", default=env("TDA_SOCKET", "/run/tda.sock"), help="tdad on each TaskManager's host")
    add("--window-seconds", type=float, default=float(env("TDA_WINDOW_SECONDS", "10")))
    add("--slide-seconds", type=float, default=None, help="a window begins this often; default: tumbling")
    add("--lateness-seconds", type=float, default=float(env("TDA_WINDOW_LATENESS_SECONDS", "0")))
    add("--idle-seconds", type=float, default=float(env("TDA_WINDOW_IDLE_SECONDS", "3")))
    add("--max-dimension", type=int, default=int(env("TDA_WINDOW_MAX_DIMENSION", "1")))
    add("--max-edge-length", type=float, default=None)
    add("--precision", choices=["float32", "float64"], default="float32")
    add("--concurrency", type=int, default=16, help="windows asked of a daemon at a time, by one task")
    add("--checkpoint-seconds", type=float, default=10)
    add("--parallelism", type=int, default=None)
    options = parser.parse_args(arguments)
    return checked(parser, options)


def default_schemas():
    """The repository's schemas, where the job runs from a checkout."""
    return Path(__file__).resolve().parents[3] / "schemas"


def checked(parser, options):
    if options.source != "kafka" and not options.path:
        parser.error(f"--source {options.source} wants --path")
    if options.source == "kafka" or not options.output:
        if not options.bootstrap_servers:
            parser.error(
                "no --bootstrap-servers (or KAFKA_BOOTSTRAP_SERVERS); for a run without Kafka: "
                "--source files --path FOLDER --output FOLDER"
            )
        if not options.jars:
            parser.error("Kafka wants the connector: --jars flink-sql-connector-kafka-VERSION.jar")
    if not (options.schemas / "tda_events.json").exists():
        parser.error(f"--schemas: there is no tda_events.json in {options.schemas}")
    pairs = [each.partition("=") for each in options.kafka_property]
    if bad := [name for name, equals, _ in pairs if not equals]:
        parser.error(f"--kafka-property {bad[0]}: expected NAME=VALUE")
    options.kafka_properties = {name: value for name, _, value in pairs}
    try:
        options.shape = WindowShape(
            length=round(options.window_seconds * 1000),
            step=round((options.slide_seconds or options.window_seconds) * 1000),
            lateness=round(options.lateness_seconds * 1000),
            idle=round(options.idle_seconds * 1000),
        )
    except ValueError as error:
        parser.error(str(error))
    return options
