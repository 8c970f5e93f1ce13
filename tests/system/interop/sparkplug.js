// SPDX-License-Identifier: Apache-2.0
// An edge node made with sparkplug-client, moved by lines on standard input.  It answers
// a rebirth command as its manual says: with its births.
import { createInterface } from "node:readline";
import sparkplug from "sparkplug-client";

const client = sparkplug.newClient({
    serverUrl: `mqtt://127.0.0.1:${process.argv[2]}`,
    username: "", password: "", clientId: "line1",
    groupId: "plant", edgeNode: "line1", version: "spBv1.0",
});

function nodeBirth() {
    client.publishNodeBirth({
        timestamp: Date.now(),
        metrics: [
            { name: "Node Control/Rebirth", type: "Boolean", value: false },
            { name: "cabinet", type: "Float", value: 31.5 },
        ],
    });
}

function deviceBirth() {
    client.publishDeviceBirth("kiln", {
        timestamp: 1784102400000,
        metrics: [
            { name: "feed", alias: 1, type: "Double", value: 212.5, timestamp: 1784102400000,
              properties: { engUnit: { type: "String", value: "t/h" } } },
            { name: "offset", alias: 2, type: "Int32", value: -5, timestamp: 1784102400000 },
            { name: "total", alias: 3, type: "UInt32", value: 4000000000,
              timestamp: 1784102400000 },
            { name: "running", alias: 4, type: "Boolean", value: true,
              timestamp: 1784102400000 },
        ],
    });
}

function births() {
    nodeBirth();
    deviceBirth();
}

function data(seconds, options) {
    const timestamp = 1784102400000 + seconds * 1000;
    client.publishDeviceData("kiln", {
        timestamp,
        metrics: [
            { name: "feed", alias: 1, type: "Double", value: 212.5 + seconds, timestamp },
            { name: "offset", alias: 2, type: "Int32", value: -5 - seconds, timestamp },
        ],
    }, options);
}

client.on("birth", () => { births(); console.log("born"); });
client.on("ncmd", (payload) => {
    const asked = payload.metrics.some(
        (m) => m.name === "Node Control/Rebirth" && m.value === true);
    console.log(asked ? "asked" : "other");
    if (asked) {
        births();
    }
});

const commands = {
    data: () => data(10),
    deflate: () => data(20, { compress: true }),
    gzip: () => data(30, { compress: true, algorithm: "GZIP" }),
};
createInterface({ input: process.stdin }).on("line", (line) => {
    commands[line]();
    console.log(line);
});
