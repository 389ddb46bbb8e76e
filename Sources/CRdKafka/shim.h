#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// What librdkafka offers only through variable arguments, which Swift cannot pass.

// Copies key and value; owns `headers` when it succeeds. Nulls are sent as nulls.
static inline rd_kafka_resp_err_t tda_kafka_produce(
    rd_kafka_t *client, const char *topic, int32_t partition, const void *key, size_t key_length,
    const void *value, size_t value_length, rd_kafka_headers_t *headers, void *tag) {
    return rd_kafka_producev(
        client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_length),
        RD_KAFKA_V_VALUE((void *)value, value_length), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(tag), RD_KAFKA_V_END);
}

// `count` times an error, each after `latency_ms`, in answer to requests of this kind.
static inline rd_kafka_resp_err_t tda_kafka_mock_slow_errors(
    rd_kafka_mock_cluster_t *cluster, int32_t broker, int16_t api, int count, rd_kafka_resp_err_t error,
    int latency_ms) {
    rd_kafka_resp_err_t failure = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (int i = 0; i < count && !failure; i++)
        failure = rd_kafka_mock_broker_push_request_error_rtts(cluster, broker, api, 1, error, latency_ms);
    return failure;
}
