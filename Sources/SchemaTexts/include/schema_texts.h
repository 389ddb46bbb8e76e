#ifndef SCHEMA_TEXTS_H
#define SCHEMA_TEXTS_H

// The files of schemas/ as they stood when this was compiled, so that a program needs no files beside it.

#include <stddef.h>

typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t length;
} tda_schema_text;

// `count` of them, for as long as the program runs.
const tda_schema_text *tda_schema_texts(size_t *count);

#endif
