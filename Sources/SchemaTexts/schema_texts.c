#include "include/schema_texts.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char jobs[] = {
#embed "../../schemas/tda_jobs.json"
};
static const unsigned char results[] = {
#embed "../../schemas/tda_results.json"
};
static const unsigned char events[] = {
#embed "../../schemas/tda_events.json"
};
static const unsigned char requests[] = {
#embed "../../schemas/tda_requests.json"
};

static const tda_schema_text texts[] = {
    {"tda_jobs", jobs, sizeof jobs},
    {"tda_results", results, sizeof results},
    {"tda_events", events, sizeof events},
    {"tda_requests", requests, sizeof requests},
};

const tda_schema_text *tda_schema_texts(size_t *count) {
    *count = sizeof texts / sizeof *texts;
    return texts;
}
