/** An error of the gradient above this is a fault: single precision alone makes up to a thousandth. */
export const tolerance = 0.01
