"""How contenders are measured: each in a process of its own, in turns, and what their figures say."""
