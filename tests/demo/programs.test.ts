import { cacheFolder, inEnvironment, type Machine, placesOnPath } from "../../emulator/account/programs";

const linux: Machine = { platform: "linux", env: {}, home: "/home/ada" };
const mac: Machine = { platform: "darwin", env: {}, home: "/Users/ada" };
const windows: Machine = { platform: "win32", env: {}, home: "C:\\Users\\ada" };

test.each<[string, Machine, string]>([
  ["Linux", linux, "/home/ada/.cache"],
  [
    "Linux with a folder of its own",
    { ...linux, env: { XDG_CACHE_HOME: "/var/cache/ada" } },
    "/var/cache/ada",
  ],
  ["Linux with a relative folder", { ...linux, env: { XDG_CACHE_HOME: "cache" } }, "/home/ada/.cache"],
  ["Linux with an empty setting", { ...linux, env: { XDG_CACHE_HOME: "" } }, "/home/ada/.cache"],
  ["macOS", mac, "/Users/ada/Library/Caches"],
  ["Windows", { ...windows, env: { LOCALAPPDATA: "D:\\Local" } }, "D:\\Local"],
  ["Windows without the variable", windows, "C:\\Users\\ada\\AppData\\Local"],
])("the user's cache folder on %s", (_, machine, folder) => {
  expect(cacheFolder(machine)).toBe(folder);
});

test.each<[string, Machine, string, string]>([
  ["Linux", linux, "/cache/moto", "/cache/moto/bin/moto_server"],
  ["macOS", mac, "/cache/moto", "/cache/moto/bin/moto_server"],
  ["Windows", windows, "C:\\cache\\moto", "C:\\cache\\moto\\Scripts\\moto_server.exe"],
])("a program of a virtual environment on %s", (_, machine, environment, file) => {
  expect(inEnvironment(environment, "moto_server", machine)).toBe(file);
});

test.each<[string, Machine, string[]]>([
  [
    "Linux",
    { ...linux, env: { PATH: "/usr/bin::/opt/bin" } },
    ["/usr/bin/moto_server", "/opt/bin/moto_server"],
  ],
  [
    "Windows",
    { ...windows, env: { PATH: "C:\\Python;D:\\Tools" } },
    ["C:\\Python\\moto_server.exe", "D:\\Tools\\moto_server.exe"],
  ],
  ["a machine without a PATH", linux, []],
])("where a program of the PATH would lie on %s", (_, machine, places) => {
  expect(placesOnPath("moto_server", machine)).toEqual(places);
});
