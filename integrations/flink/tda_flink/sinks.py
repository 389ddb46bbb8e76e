"""Where messages go: two Kafka topics, two folders of files; exactly once by Flink's checkpoints."""

from pyflink.common import Row
from pyflink.common.serialization import Encoder
from pyflink.common.typeinfo import Types
from pyflink.datastream.connectors.file_system import FileSink, OutputFileConfig, RollingPolicy

from .sources import client_properties, quoted

ROW = Types.ROW_NAMED(
    ["key", "value", "headers"],
    [
        Types.PRIMITIVE_ARRAY(Types.BYTE()),
        Types.PRIMITIVE_ARRAY(Types.BYTE()),
        Types.MAP(Types.STRING(), Types.PRIMITIVE_ARRAY(Types.BYTE())),
    ],
)


def to_kafka(messages, topic, options, tables, statements):
    """Adds a Kafka sink in transactions, committed with Flink's checkpoints, to `statements`."""
    table = topic.replace(".", "_").replace("-", "_")
    tables.execute_sql(f"""
        CREATE TEMPORARY TABLE `to_{table}` (
            `key` BYTES, `value` BYTES, `headers` MAP<STRING, BYTES> METADATA
        ) WITH (
            'connector' = 'kafka',
            'topic' = '{quoted(topic)}',
            'key.format' = 'raw', 'key.fields' = 'key',
            'value.format' = 'raw', 'value.fields-include' = 'EXCEPT_KEY',
            'sink.delivery-guarantee' = '{options.delivery}',
            'sink.transactional-id-prefix' = '{quoted(options.group)}-{table}',
            {client_properties(options)}
        )""")
    rows = messages.map(lambda message: Row(message.key, message.value, message.headers), ROW)
    statements.add_insert(f"to_{table}", tables.from_data_stream(rows))


def to_files(messages, folder):
    """Adds a sink of JSON lines; a file is complete once the checkpoint that it belongs to is."""
    lines = messages.map(lambda message: (message.value or b"").decode(errors="replace"), Types.STRING())
    sink = (
        FileSink.for_row_format(folder, Encoder.simple_string_encoder())
        .with_rolling_policy(RollingPolicy.on_checkpoint_rolling_policy())
        .with_output_file_config(
            OutputFileConfig.builder().with_part_prefix("part").with_part_suffix(".jsonl").build()
        )
        .build()
    )
    lines.sink_to(sink).name(f"to {folder}")
