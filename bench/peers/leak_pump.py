"""The membrane of B1: three leaks and the Na/K pump, all concentrations clamped (mV, ms, uA/cm2, mS/cm2)."""


def affine(parameters, constants, xp):
    """dV/dt = source - conductance V (C = 1 uF/cm2) for membranes in rows, or for one; `xp` has the logarithm."""
    g_k, g_na, g_cl, k_o, na_o, cl_o, k_i, na_i, cl_i = parameters.T
    rt_f = constants["rt_over_f"]
    e_k, e_na, e_cl = (rt_f * xp.log(k_o / k_i), rt_f * xp.log(na_o / na_i), rt_f * xp.log(cl_i / cl_o))
    i_pump = constants["pump_i_max"] * na_i / (na_i + constants["pump_k_na"]) * k_o / (k_o + constants["pump_k_k"])
    return g_k + g_na + g_cl, g_k * e_k + g_na * e_na + g_cl * e_cl - i_pump
