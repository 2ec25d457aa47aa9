//! How a sensor's byte becomes a value (36.3): `L[(M * x + B * 10^Bexp) * 10^Rexp]`.

/// The factors and the function of one sensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Formula {
    format: Format,
    function: Function,
    m: f64,
    b: f64,
    scale: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Format {
    Unsigned,
    OnesComplement,
    TwosComplement,
}

/// Table 43-1, byte 24.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Function {
    Linear,
    NaturalLogarithm,
    Logarithm10,
    Logarithm2,
    Exponential,
    Power10,
    Power2,
    Reciprocal,
    Square,
    Cube,
    SquareRoot,
    CubeRoot,
}

impl Formula {
    /// Reads the ten bytes of a full record from its units on. `None` where it measures nothing, or by a function
    /// that must be asked for byte by byte.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let [units, _base, _modifier, function, m_low, m_high, b_low, b_high, _accuracy, exponents] = bytes
        else {
            return None;
        };
        let format = match units >> 6 {
            0 => Format::Unsigned,
            1 => Format::OnesComplement,
            2 => Format::TwosComplement,
            _ => return None,
        };
        let function = match function & 0x7f {
            0 => Function::Linear,
            1 => Function::NaturalLogarithm,
            2 => Function::Logarithm10,
            3 => Function::Logarithm2,
            4 => Function::Exponential,
            5 => Function::Power10,
            6 => Function::Power2,
            7 => Function::Reciprocal,
            8 => Function::Square,
            9 => Function::Cube,
            10 => Function::SquareRoot,
            11 => Function::CubeRoot,
            _ => return None,
        };
        let b = f64::from(ten_bits(*b_low, *b_high)) * 10_f64.powi(nibble(*exponents));
        let scale = 10_f64.powi(nibble(exponents >> 4));
        Some(Self { format, function, m: f64::from(ten_bits(*m_low, *m_high)), b, scale })
    }

    /// The value of a byte; `None` where there is none (a logarithm of nothing).
    #[must_use]
    pub fn value(&self, raw: u8) -> Option<f64> {
        let x = match self.format {
            Format::Unsigned => f64::from(raw),
            Format::TwosComplement => f64::from(raw.cast_signed()),
            // All ones are a second zero.
            Format::OnesComplement if raw >> 7 == 1 => -f64::from(!raw),
            Format::OnesComplement => f64::from(raw),
        };
        let y = (self.m * x + self.b) * self.scale;
        let value = match self.function {
            Function::Linear => y,
            Function::NaturalLogarithm => y.ln(),
            Function::Logarithm10 => y.log10(),
            Function::Logarithm2 => y.log2(),
            Function::Exponential => y.exp(),
            Function::Power10 => 10_f64.powf(y),
            Function::Power2 => y.exp2(),
            Function::Reciprocal => y.recip(),
            Function::Square => y * y,
            Function::Cube => y * y * y,
            Function::SquareRoot => y.sqrt(),
            Function::CubeRoot => y.cbrt(),
        };
        // The factors have three digits: more are noise of the arithmetic.
        value.is_finite().then(|| (value * 1e4).round() / 1e4).filter(|value| value.is_finite())
    }
}

/// Ten bits in two's complement: the lower eight, and the upper two at the top of the next byte.
fn ten_bits(low: u8, high: u8) -> i16 {
    // Shifted up to the sign, and back.
    i16::from_be_bytes([(high & 0xc0) | (low >> 2), low << 6]) >> 6
}

/// Four bits in two's complement.
fn nibble(bits: u8) -> i32 {
    i32::from((bits << 4).cast_signed() >> 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formula(units: u8, function: u8, m: u16, b: u16, exponents: u8) -> Formula {
        let split = |bits: u16| [bits.to_le_bytes()[0], (bits >> 2).to_le_bytes()[0] & 0xc0];
        let ([m0, m1], [b0, b1]) = (split(m), split(b));
        Formula::decode(&[units, 0, 0, function, m0, m1, b0, b1, 0, exponents]).unwrap()
    }

    #[test]
    fn factors_are_signed() {
        assert_eq!((ten_bits(0xff, 0x00), ten_bits(0xff, 0xc0), ten_bits(0x00, 0x80)), (255, -1, -512));
        assert_eq!((ten_bits(0x2c, 0x40), ten_bits(0x00, 0x40)), (300, 256));
        assert_eq!((nibble(0x0e), nibble(0x07), nibble(0x08)), (-2, 7, -8));
    }

    #[test]
    fn bytes_become_what_a_meter_shows() {
        // 12 V in steps of 0.06 V: M = 60, R exponent -3.
        assert_eq!(formula(0, 0, 60, 0, 0xd0).value(201), Some(12.06));
        // A fan in steps of 75 rpm, and one that adds 300 by B = 3, B exponent 2.
        assert_eq!(formula(0, 0, 75, 0, 0).value(80), Some(6000.0));
        assert_eq!(formula(0, 0, 75, 3, 0x02).value(80), Some(6300.0));
        // Two's and one's complement.
        assert_eq!(formula(0x80, 0, 1, 0, 0).value(0xfb), Some(-5.0));
        assert_eq!(formula(0x40, 0, 1, 0, 0).value(0xfa), Some(-5.0));
        // Functions, and where they have no value.
        assert_eq!(formula(0, 7, 2, 0, 0).value(5), Some(0.1));
        assert_eq!(formula(0, 10, 1, 0, 0).value(16), Some(4.0));
        assert_eq!(formula(0, 11, 1, 0, 0).value(27), Some(3.0));
        assert_eq!((formula(0, 7, 1, 0, 0).value(0), formula(0, 1, 0, 0, 0).value(9)), (None, None));
    }

    #[test]
    fn what_measures_nothing_has_no_formula() {
        assert_eq!(Formula::decode(&[0xc0, 0, 0, 0, 1, 0, 0, 0, 0, 0]), None);
        assert_eq!(Formula::decode(&[0, 0, 0, 0x70, 1, 0, 0, 0, 0, 0]), None);
        assert_eq!(Formula::decode(&[0; 9]), None);
    }
}
