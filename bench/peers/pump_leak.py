"""The stiff cell of B3 (Dusterwald et al. 2018, eLife 7:e39575): V, amounts of Na, K and Cl, relative volume.

Amounts are in mM of the initial volume, time in ms; the pump is blocked.
"""


def field(y, c, log):
    """dy/dt; `c` holds the constants of the task, `log` the logarithm of the caller's number type."""
    v, n_na, n_k, n_cl, w = y
    na, k, cl, x = n_na / w, n_k / w, n_cl / w, c["n_x"] / w
    rt_f = c["rt_over_f"]
    e_na, e_k, e_cl = rt_f * log(c["na_o"] / na), rt_f * log(c["k_o"] / k), rt_f * log(cl / c["cl_o"])
    i_na, i_k, i_cl = c["g_na"] * (v - e_na), c["g_k"] * (v - e_k), c["g_cl"] * (v - e_cl)
    kcc2 = c["g_kcc2"] * (e_k - e_cl)
    per_current = c["mM_ms_per_uA_cm2"]
    return [
        -(i_na + i_k + i_cl) / c["capacitance"],
        -per_current * i_na,
        -per_current * (i_k - kcc2),
        per_current * (i_cl + kcc2),
        c["volume_per_ms_mM"] * (na + k + cl + x - c["osmolarity_out"]),
    ]
