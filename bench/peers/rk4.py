"""The classical Runge-Kutta method as a diffrax solver (diffrax ships none)."""

import diffrax as dx
import numpy as np

_TABLEAU = dx.ButcherTableau(
    c=np.array([0.5, 0.5, 1.0]),
    a_lower=(np.array([0.5]), np.array([0.0, 0.5]), np.array([0.0, 0.0, 1.0])),
    b_sol=np.array([1 / 6, 1 / 3, 1 / 3, 1 / 6]),
    b_error=np.zeros(4),
)


class Rk4(dx.AbstractERK):
    """Fixed steps only: it has no error estimate. Outputs fall on step ends, so linear interpolation is exact."""

    tableau = _TABLEAU

    @staticmethod
    def interpolation_cls(*, t0, t1, y0, y1, k):
        return dx.LocalLinearInterpolation(t0=t0, t1=t1, y0=y0, y1=y1)

    def order(self, terms):
        return 4
