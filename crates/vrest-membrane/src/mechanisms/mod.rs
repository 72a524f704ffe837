//! The library of mechanisms. To add one: a file beside these, and its line in the registry below.

use crate::mechanism::{Common, Gate, Heat, MAX_GATES, Mechanism, Site, SlotRef, Spec, Surroundings};
use crate::reader::Section;
use std::borrow::Cow;
use vrest_ode::Real;

/// Declares the modules and makes the enum over them, whose methods dispatch statically for any number type.
macro_rules! registry {
    ($($module:ident::$name:ident,)+) => {
        $(pub mod $module;)+

        /// Any mechanism of the library.
        #[derive(Debug, Clone)]
        #[allow(missing_docs, reason = "each variant is documented in its own module")]
        pub enum AnyMechanism {
            $($name($module::$name),)+
        }

        /// The facts of every kind, in the order of the registry.
        pub fn specs() -> Vec<Spec> {
            vec![$($module::$name::spec(),)+]
        }

        impl AnyMechanism {
            /// Reads a mechanism of `kind` from its table; none if there is no such kind.
            pub fn build(
                kind: &str,
                section: &mut Section<'_>,
                around: &Surroundings<'_>,
            ) -> Option<Self> {
                $(if $module::$name::spec().kind == kind {
                    return Some(AnyMechanism::$name($module::$name::build_in(section, around)));
                })+
                None
            }
            /// The facts of this instance.
            pub fn spec(&self) -> Spec {
                match self { $(AnyMechanism::$name(m) => m.own_spec(),)+ }
            }
            /// The names of its gates.
            pub fn gate_names(&self) -> Vec<Cow<'static, str>> {
                match self { $(AnyMechanism::$name(m) => m.gate_names(),)+ }
            }
            /// Number of derived constants.
            pub fn derived(&self) -> usize {
                match self { $(AnyMechanism::$name(_) => $module::$name::DERIVED,)+ }
            }
            /// See [`Mechanism::LIGHT_RATES`].
            pub(crate) fn has_light_rates(&self) -> bool {
                match self { $(AnyMechanism::$name(_) => $module::$name::LIGHT_RATES,)+ }
            }
            /// See [`Mechanism::OHMIC`].
            pub(crate) fn is_ohmic(&self) -> bool {
                match self { $(AnyMechanism::$name(_) => $module::$name::OHMIC,)+ }
            }
            /// See [`Mechanism::prepare`].
            #[inline(always)]
            pub fn prepare<R: Real>(&self, heat: &Heat<R>, k: &mut [R]) {
                match self { $(AnyMechanism::$name(m) => m.prepare(heat, k),)+ }
            }
            /// See [`Mechanism::bind`].
            #[inline(always)]
            pub fn bind<R: Real>(&self, site: &Site<'_, R>, k: &mut [R]) {
                match self { $(AnyMechanism::$name(m) => m.bind(site, k),)+ }
            }
            /// Hands the mechanism itself to `visitor`.
            #[inline(always)]
            pub(crate) fn visit(&self, visitor: impl Visitor) {
                match self { $(AnyMechanism::$name(m) => visitor.visit(m),)+ }
            }
            /// See [`Mechanism::gates`].
            #[inline(always)]
            pub fn gates<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], out: impl FnMut(usize, Gate<R>)) {
                match self { $(AnyMechanism::$name(m) => m.gates(v, site, k, out),)+ }
            }
            /// See [`Mechanism::currents`].
            #[inline(always)]
            pub fn currents<R: Real>(&self, v: R, site: &Site<'_, R>, k: &[R], gates: &[R], out: impl FnMut(usize, R)) {
                match self { $(AnyMechanism::$name(m) => m.currents(v, site, k, gates, out),)+ }
            }
        }
    };
}

/// What can be done with any kind of mechanism.
pub(crate) trait Visitor {
    /// Does it.
    fn visit<M: Mechanism>(self, mechanism: &M);
}

impl AnyMechanism {
    /// Whether its currents or gates depend on concentrations themselves, beyond the Nernst potentials.
    pub(crate) fn needs_concentrations(&self, slots: &[SlotRef], n_ions: usize) -> bool {
        let spec = self.spec();
        let finite_with = |concentration: f64| {
            let of = |ion| if slots.iter().any(|s| s.ion == Some(ion)) { concentration } else { 1.0 };
            let ions: Vec<f64> = (0..n_ions).flat_map(|ion| [of(ion), of(ion), 0.0]).collect();
            let heat = Heat { kelvin: 300.0, rt_f: 25.0 };
            let site = Site { heat, ions: &ions, slots, common: &Common::default() };
            let mut k: Vec<f64> = spec.params.iter().map(|p| p.default.unwrap_or(0.5)).collect();
            k.resize(k.len() + self.derived(), 0.0);
            self.prepare(&heat, &mut k);
            self.bind(&site, &mut k);
            let mut gates = [Gate { source: 0.5, rate: 1.0 }; MAX_GATES];
            self.gates(-70.0, &site, &k, |i, gate| gates[i] = gate);
            let mut finite = true;
            self.currents(-70.0, &site, &k, &gates.map(Gate::steady), |_, i| finite &= i.is_finite());
            finite
        };
        finite_with(1.0) && !finite_with(f64::NAN)
    }
}

registry! {
    leak::Leak,
    leak_fixed::LeakFixed,
    ghk_leak::GhkLeak,
    channel::Channel,
    nak_pump_constant::NakPumpConstant,
    nak_pump_mm::NakPumpMm,
    hh_na::HhNa,
    hh_k::HhK,
    nak_pump_cubic::NakPumpCubic,
    nak_pump_sites::NakPumpSites,
    nak_pump_sigmoid::NakPumpSigmoid,
    nak_pump_glia::NakPumpGlia,
    nak_pump_hamada::NakPumpHamada,
    nak_pump_luo_rudy::NakPumpLuoRudy,
    nak_pump_lindblad::NakPumpLindblad,
    nak_pump_decker::NakPumpDecker,
    nak_pump_kyoto::NakPumpKyoto,
    kcc2::Kcc2,
    kcc2_mass_action::Kcc2MassAction,
    kcc2_saturable::Kcc2Saturable,
    nkcc1::Nkcc1,
    nkcc1_gated::Nkcc1Gated,
    kir2::Kir2,
    kir23::Kir23,
    kir_glia::KirGlia,
    ik1::Ik1,
    nap::Nap,
    k_m::KM,
    k_a::KA,
    k_a_tc::KATc,
    ih::Ih,
    ih_tc::IhTc,
    ca_t::CaT,
    ca_l::CaL,
    ca_hva::CaHva,
    k2p::K2p,
    nalcn::Nalcn,
    gaba_a::GabaA,
    nbc::Nbc,
    sk::Sk,
    glia_uptake::GliaUptake,
    bath::Bath,
}
