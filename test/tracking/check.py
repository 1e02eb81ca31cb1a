"""Reads what `npm run test:tracking` has written, in the real tools; prints what it found as JSON.

    check.py tensorboard FOLDER     the runs below a folder, by TensorBoard's server, with both of its loaders
    check.py trackio FOLDER         the runs below a folder, imported by Trackio
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request


def tensorboard(folder):
    return {loader: served(folder, loader) for loader in ("true", "false")}


def served(folder, fast):
    port = 6100 + os.getpid() % 800 + (fast == "true")
    server = subprocess.Popen(
        [sys.executable, "-m", "tensorboard.main", "--logdir", folder, "--port", str(port), "--host", "127.0.0.1"]
        + ["--load_fast", fast, "--samples_per_plugin", "scalars=1000000,histograms=0,images=0,text=100"]
        # Reads once, so that an answer is complete.
        + ["--reload_interval", "5"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def get(path, **query):
        url = f"http://127.0.0.1:{port}/data/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)

    def runs():
        last = None
        for _ in range(120):
            time.sleep(1)
            try:
                found = get("plugin/scalars/tags")
            except OSError:
                continue
            # Until nothing more comes.
            if found and found == last:
                return found
            last = found
        raise SystemExit("TensorBoard serves nothing")

    try:
        found = {}
        for run, tags in runs().items():
            found[run] = {
                "scalars": {
                    tag: [(step, value) for _, step, value in get("plugin/scalars/scalars", run=run, tag=tag)]
                    for tag in tags
                },
                "histograms": plugin(get, "histograms", run, lambda one: [one[1], sum(b[2] for b in one[2])]),
                "images": plugin(get, "images", run, lambda one: [one["step"], one["width"], one["height"]]),
                "texts": plugin(get, "text", run, lambda one: [one["step"], one["text"]]),
            }
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/data/plugin/hparams/session_groups",
            data=json.dumps({"startIndex": 0, "sliceSize": 100, "allowedStatuses": statuses}).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            for group in json.load(answer).get("sessionGroups", []):
                for session in group["sessions"]:
                    if session["name"] in found:
                        found[session["name"]]["hparams"] = group["hparams"]
                        found[session["name"]]["status"] = session["status"]
        return found
    finally:
        server.terminate()
        server.wait()


statuses = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"]


def plugin(get, name, run, shown):
    path = {"histograms": "histograms", "images": "images", "text": "text"}[name]
    tags = get(f"plugin/{name}/tags").get(run, {})
    return {tag: [shown(one) for one in get(f"plugin/{name}/{path}", run=run, tag=tag, sample=0)] for tag in tags}


def trackio(folder):
    os.environ["TRACKIO_DIR"] = tempfile.mkdtemp()
    import trackio as library
    from trackio.sqlite_storage import SQLiteStorage

    library.import_tf_events(folder, project="imported")
    found = {}
    for run in SQLiteStorage.get_runs("imported"):
        points = {}
        for line in SQLiteStorage.get_logs("imported", run):
            for name, value in line.items():
                if name not in ("step", "timestamp"):
                    points.setdefault(name, []).append((line["step"], value))
        found[run] = {"scalars": {name: sorted(all) for name, all in points.items()}}
    return found


if __name__ == "__main__":
    stdout = os.dup(1)
    os.dup2(2, 1)
    result = {"tensorboard": tensorboard, "trackio": trackio}[sys.argv[1]](sys.argv[2])
    os.write(stdout, json.dumps(result).encode())
