// SPDX-License-Identifier: Apache-2.0
// A publisher of OPC UA PubSub messages, each field encoded by node-opcua-json in all of
// its four encodings.
import mqtt from "mqtt";
import { DataValue } from "node-opcua-data-value";
import { JsonEncodingScheme, opcuaJsonEncodeDataValueMQTT } from "node-opcua-json";
import { StatusCodes } from "node-opcua-status-code";
import { DataType, Variant } from "node-opcua-variant";

const FIELDS = 0x1 | 0x2; // StatusCode, SourceTimestamp

function field(dataType, value, statusCode = StatusCodes.Good) {
    return new DataValue({
        value: new Variant({ dataType, value }), statusCode,
        sourceTimestamp: new Date("2026-07-15T08:00:00.123Z"),
    });
}

const fields = {
    flow: field(DataType.Double, 91250.5),
    count: field(DataType.UInt32, 4000000000),
    open: field(DataType.Boolean, true),
    doubtful: field(DataType.Double, 2, StatusCodes.UncertainLastUsableValue),
    broken: field(DataType.Double, 3, StatusCodes.BadNoCommunication),
};

const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${process.argv[2]}`);
for (const name of ["DeprecatedReversible", "DeprecatedNonReversible", "Verbose", "Compact"]) {
    const payload = Object.fromEntries(Object.entries(fields).map(([key, value]) => [
        key, opcuaJsonEncodeDataValueMQTT(value, JsonEncodingScheme[name], FIELDS)]));
    await client.publishAsync(`opcua/json/data/${name}`, JSON.stringify({
        MessageId: name, MessageType: "ua-data", PublisherId: name,
        Messages: [{ DataSetWriterId: 1, SequenceNumber: 1, MessageType: "ua-keyframe",
                     Timestamp: "2026-07-15T08:00:01Z", Payload: payload }],
    }), { qos: 1 });
}
await client.endAsync();
