"""Where records come from: Kafka, a folder of files, a socket; as a stream of `events.Record`."""

from pyflink.common import Duration, Row, WatermarkStrategy
from pyflink.common.typeinfo import Types
from pyflink.datastream import DataStream
from pyflink.datastream.connectors.file_system import FileSource, StreamFormat

from .events import Record

RECORDS = Types.PICKLED_BYTE_ARRAY()


def from_kafka(options, tables):
    """The records of the events topic, offsets kept in Flink's checkpoints. Wants the connector's jar (--jars)."""
    tables.execute_sql(f"""
        CREATE TEMPORARY TABLE tda_events (
            `key` BYTES, `value` BYTES,
            `headers` MAP<STRING, BYTES> METADATA,
            `topic` STRING METADATA VIRTUAL,
            `partition` INT METADATA VIRTUAL,
            `offset` BIGINT METADATA VIRTUAL
        ) WITH (
            'connector' = 'kafka',
            'topic' = '{quoted(options.events_topic)}',
            'properties.group.id' = '{quoted(options.group)}',
            'scan.startup.mode' = 'group-offsets',
            'properties.auto.offset.reset' = 'earliest',
            'key.format' = 'raw', 'key.fields' = 'key',
            'value.format' = 'raw', 'value.fields-include' = 'EXCEPT_KEY',
            {client_properties(options)}
        )""")
    rows = tables.to_data_stream(tables.from_path("tda_events"))
    return rows.map(record_of_row, RECORDS).name("records")


def record_of_row(row: Row):
    headers = {name: value or b"" for name, value in (row["headers"] or {}).items()}
    return Record(row["key"], row["value"], headers, row["topic"], row["partition"], row["offset"])


def from_files(options, environment):
    """Lines of JSON in the files below a folder; new files are taken as they come unless --bounded."""
    builder = FileSource.for_record_stream_format(StreamFormat.text_line_format(), options.path)
    if not options.bounded:
        builder = builder.monitor_continuously(Duration.of_millis(500))
    lines = environment.from_source(builder.build(), WatermarkStrategy.no_watermarks(), "files")
    return lines.map(record_of_line, RECORDS).name("records")


def from_socket(options, environment):
    """Lines of JSON from a TCP server. Not replayed after a failure: for trying things out."""
    host, _, port = options.path.rpartition(":")
    lines = DataStream(environment._j_stream_execution_environment.socketTextStream(host, int(port)))
    return lines.map(record_of_line, RECORDS).name("records")


def record_of_line(line):
    return Record(None, line.encode(), {})


def client_properties(options):
    """What Kafka's clients are told, sources and sinks alike, as options of an SQL table."""
    properties = {"bootstrap.servers": options.bootstrap_servers, **options.kafka_properties}
    return ", ".join(f"'properties.{name}' = '{quoted(value)}'" for name, value in properties.items())


def quoted(text):
    """As it stands inside an SQL string."""
    return str(text).replace("'", "''")
