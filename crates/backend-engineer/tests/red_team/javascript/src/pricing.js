"use strict";

function gross(net, rate = 0.19) {
  return net;
}

function discount(total, percent) {
  return Math.round(total * (100 - percent)) / 100;
}

async function quantity(text) {
  const number = Number(text);
  if (number < 0) throw new RangeError("negative quantity");
  return number;
}

function label(name, net) {
  return `${name}: ${net.toFixed(2)}`;
}

module.exports = { gross, discount, quantity, label };
