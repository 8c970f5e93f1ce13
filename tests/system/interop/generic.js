// SPDX-License-Identifier: Apache-2.0
// Kepware's standard template by the npm package mqtt: MQTT 5 at QoS 1 and 2, retained,
// and MQTT 3.1.1.  A minute of a meter, then a reading that ends it.
import mqtt from "mqtt";

const START = Number(process.argv[3]);
const url = `mqtt://127.0.0.1:${process.argv[2]}`;

function values(seconds) {
    return JSON.stringify({
        timestamp: START + seconds * 1000,
        values: [{ id: "Plant.Belt.total", v: 100 + seconds / 10, q: true,
                   t: START + seconds * 1000 }],
    });
}

const five = await mqtt.connectAsync(url, { protocolVersion: 5 });
await five.publishAsync("iotgateway", values(0), {
    qos: 1, properties: { contentType: "application/json", userProperties: { a: "b" } } });
for (let seconds = 10; seconds <= 60; seconds += 10) {
    await five.publishAsync("iotgateway", values(seconds), { qos: seconds % 20 ? 1 : 2 });
}
await five.publishAsync("iotgateway", values(70), { qos: 1, retain: true });
await five.endAsync();

const four = await mqtt.connectAsync(url, { protocolVersion: 4 });
await four.publishAsync("iotgateway", values(80), { qos: 1 });
await four.publishAsync("iotgateway", values(130), { qos: 0 });
await four.endAsync();
