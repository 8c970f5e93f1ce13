// SPDX-License-Identifier: Apache-2.0
// A device made with homie-device: it announces itself and sends a value of each kind.
import HomieDevice from "homie-device";

const device = new HomieDevice({
    name: "Press", device_id: "press-2",
    mqtt: { host: "127.0.0.1", port: Number(process.argv[2]), base_topic: "homie/" },
});
const node = device.node("hydraulics", "Hydraulics", "pump");
node.advertise("oil-temp").setName("Oil").setUnit("°C").setDatatype("float");
node.advertise("running").setName("Running").setDatatype("boolean");
node.advertise("strokes").setName("Strokes").setDatatype("integer");
node.advertise("plain").setName("No datatype").setUnit("bar");
device.setup(true);
device.on("connect", () => {
    node.setProperty("oil-temp").setRetained(false).send("61.25");
    node.setProperty("running").setRetained(false).send("true");
    node.setProperty("strokes").setRetained(false).send("4711");
    node.setProperty("plain").setRetained(false).send("8.5");
    setImmediate(() => device.end());
});
