"""The Hodgkin-Huxley membrane of B2 and B8 at 6.3 degC (mV, ms, uA/cm2, mS/cm2), for any array module."""


def field(y, p, current, exp, x_over_expm1):
    """dy/dt of y = (V, m, h, n) for p = (g_Na, g_K, g_L, E_Na, E_K, E_L, C)."""
    v, m, h, n = y
    g_na, g_k, g_l, e_na, e_k, e_l, c = p
    i_ion = g_na * m**3 * h * (v - e_na) + g_k * n**4 * (v - e_k) + g_l * (v - e_l)
    a_m, b_m = x_over_expm1(-(v + 40) / 10), 4 * exp(-(v + 65) / 18)
    a_h, b_h = 0.07 * exp(-(v + 65) / 20), 1 / (1 + exp(-(v + 35) / 10))
    a_n, b_n = 0.1 * x_over_expm1(-(v + 55) / 10), 0.125 * exp(-(v + 65) / 80)
    return [
        (current - i_ion) / c,
        a_m * (1 - m) - b_m * m,
        a_h * (1 - h) - b_h * h,
        a_n * (1 - n) - b_n * n,
    ]
