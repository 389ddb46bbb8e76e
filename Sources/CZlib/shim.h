#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H

#include <zlib.h>

/* zlib's own names for these are macros, which Swift does not see. */

/* A stream that takes gzip (RFC 1952) and zlib (RFC 1950) alike. */
static inline int tda_inflate_init(z_streamp stream) { return inflateInit2(stream, 15 + 32); }

/* A stream that makes gzip. */
static inline int tda_gzip_init(z_streamp stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

#endif
