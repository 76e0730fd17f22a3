def latency(points, peers): return ""
def pages(samples, peers): return ""
