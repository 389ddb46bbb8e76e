// The largest absolute value, for one type of numbers. Included with
//   T, BITS   the type and the signed integer of its width, whose largest value is MOST
//   NAME(x)   x with the suffix of this instance
// No include guard: that is the point.

// Without their signs the bits of floating-point numbers are in the order of these.
T NAME(tda_largest_magnitude)(const T *values, size_t count) {
    BITS most = 0;
    for (size_t i = 0; i < count; ++i) {
        BITS bits;
        memcpy(&bits, values + i, sizeof bits);
        bits &= MOST;
        most = bits > most ? bits : most;
    }
    T largest;
    memcpy(&largest, &most, sizeof largest);
    return largest;
}
