/** What EC2 answers of the benchmarks' instances. */

import type { Ec2TagParameters } from "../lambdas/ec2-tags/rule";
import { idOf, type Place, Places, tagKeys } from "./resources";
import type { HistorySize } from "./rule-history";

const INSTANCES_PER_PAGE = 1_000;

/**
 * The instances as they are now. Since the last run in the history one in a thousand has begun to fail, one in a
 * thousand has been mended, one in a thousand is gone, and as many are new.
 */
export class Instances {
  private readonly first: number;
  private readonly end: number;
  private readonly standard: Ec2TagParameters;
  private readonly places: Places;
  /** Of the place that was asked for last: pages of one are asked for one after another. */
  private of?: { readonly place: Place; readonly indexes: readonly number[] };

  constructor({ resources, standards, spread }: HistorySize) {
    this.places = new Places(spread);
    this.first = Math.floor(resources / 1_000);
    this.end = this.first + resources;
    this.standard = standards["ec2-required-tags"]?.parameters as Ec2TagParameters;
  }

  /** @param input DescribeInstances' parameters */
  page(input: Readonly<Record<string, unknown>>, place: Place): string {
    const indexes = this.indexesIn(place);
    const start = Number(input.NextToken ?? 0);
    const end = Math.min(start + Number(input.MaxResults ?? INSTANCES_PER_PAGE), indexes.length);
    const items = indexes.slice(start, end).map((index) => this.xml(index, place.accountId));
    const next = end < indexes.length ? `<nextToken>${end}</nextToken>` : "";
    const reservations = `<reservationSet>${items.join("")}</reservationSet>`;
    const xmlns = "http://ec2.amazonaws.com/doc/2016-11-15/";
    return `<DescribeInstancesResponse xmlns="${xmlns}">${reservations}${next}</DescribeInstancesResponse>`;
  }

  private indexesIn({ accountId, region }: Place): readonly number[] {
    const known = this.of;
    if (known && known.place.accountId === accountId && known.place.region === region) return known.indexes;
    const place = { accountId, region };
    this.of = { place, indexes: this.places.indexesIn(place, this.first, this.end) };
    return this.of.indexes;
  }

  private isFailing(index: number): boolean {
    if (index % 1_000 === 1) return true;
    return index % 10 === 0 && index % 1_000 !== 10;
  }

  /** As much of an instance as EC2 really sends, which is what reading it costs. */
  private xml(index: number, accountId: string): string {
    const tags = ["Name", ...tagKeys(this.standard, this.isFailing(index)), "Team", "CostCenter"];
    const value = (key: string) => (key === "Name" ? `resource-${index}` : "value");
    const tagSet = tags.map((key) => item(`<key>${key}</key><value>${value(key)}</value>`)).join("");
    const instance = [
      `<instanceId>i-${idOf(index)}</instanceId><imageId>ami-0123456789abcdef0</imageId>`,
      BEFORE_TAGS,
      `<tagSet>${tagSet}</tagSet>`,
      `<networkInterfaceSet>${item(networkInterface(accountId))}</networkInterfaceSet>`,
      AFTER_NETWORK,
    ].join("");
    return item(
      `<reservationId>r-${index}</reservationId><ownerId>${accountId}</ownerId>` +
        `<instancesSet>${item(instance)}</instancesSet>`,
    );
  }
}

function item(inner: string): string {
  return `<item>${inner}</item>`;
}

const GROUP = item("<groupId>sg-0123456789abcdef0</groupId><groupName>web</groupName>");

const VOLUME = item(
  "<deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-0123456789abcdef0</volumeId><status>attached</status>" +
    "<attachTime>2026-01-01T00:00:00.000Z</attachTime><deleteOnTermination>true</deleteOnTermination></ebs>",
);

const BEFORE_TAGS = [
  "<instanceState><code>16</code><name>running</name></instanceState>",
  "<privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><keyName>key</keyName>",
  "<instanceType>m7g.large</instanceType><launchTime>2026-01-01T00:00:00.000Z</launchTime>",
  "<placement><availabilityZone>us-east-1a</availabilityZone><tenancy>default</tenancy></placement>",
  "<monitoring><state>enabled</state></monitoring>",
  "<subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId>",
  `<groupSet>${GROUP.repeat(3)}</groupSet>`,
  "<architecture>arm64</architecture><rootDeviceType>ebs</rootDeviceType>",
  `<rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping>${VOLUME.repeat(2)}</blockDeviceMapping>`,
].join("");

const AFTER_NETWORK =
  "<iamInstanceProfile><arn>arn:aws:iam::111122223333:instance-profile/web</arn>" +
  "<id>AIPA0123456789ABCDEF</id></iamInstanceProfile>" +
  "<metadataOptions><state>applied</state><httpTokens>required</httpTokens></metadataOptions>";

function networkInterface(accountId: string): string {
  return [
    "<networkInterfaceId>eni-0123456789abcdef0</networkInterfaceId>",
    "<subnetId>subnet-0123456789abcdef0</subnetId><vpcId>vpc-0123456789abcdef0</vpcId><description/>",
    `<ownerId>${accountId}</ownerId><status>in-use</status><macAddress>0a:00:00:00:00:01</macAddress>`,
    `<privateIpAddress>10.0.0.1</privateIpAddress><groupSet>${GROUP}</groupSet>`,
    "<attachment><attachmentId>eni-attach-0</attachmentId><deviceIndex>0</deviceIndex>",
    "<status>attached</status></attachment>",
  ].join("");
}
