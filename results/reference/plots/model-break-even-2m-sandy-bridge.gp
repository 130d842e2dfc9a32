# Break-even of EPT and shadow paging, 2M pages of guest and host, sandy-bridge (emulated machine)
# Makes model-break-even-2m-sandy-bridge.svg and model-break-even-2m-sandy-bridge.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,590 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1180 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "model-break-even-2m-sandy-bridge.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Break-even of EPT and shadow paging, 2M pages of guest and host, sandy-bridge}" at screen 0.012, screen 0.9695 left
set label "{/*0.86 emulated machine · who is cheaper in modelled cycles}" at screen 0.012, screen 0.9322 left
set label "EPT cheaper" at screen 0.024, screen 0.8949 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow cheaper" at screen 0.192, screen 0.8949 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set label "equal, or open" at screen 0.392, screen 0.8949 left noenhanced font ",12" point pt 9 ps 1 lw 1.6 lc rgb "#8a8a8a" offset 0.9,-0.25
set label "as published (Agile Paging)" at screen 0.593, screen 0.8949 left noenhanced font ",12" point pt 12 ps 1 lw 1.6 lc rgb "#404040" offset 0.9,-0.25
set logscale xy 10
unset key
set xrange [0.000199526:10]
set xtics ("0" 0.000446684, "0.001" 0.001, "0.01" 0.01, "0.1" 0.1, "1" 1, "10" 10) font ",11"
set yrange [1.99526e-05:10]
set ytics ("0" 4.46684e-05, "0.0001" 0.0001, "0.001" 0.001, "0.01" 0.01, "0.1" 0.1, "1" 1, "10" 10) font ",11"
set lmargin at screen 0.1235
set rmargin at screen 0.9618
set tmargin at screen 0.8441
set bmargin at screen 0.1017
set xlabel "page walks per operation, under EPT" font ",12"
set ylabel "changes of page tables per operation: exits of shadow paging only" font ",12" offset 1,0
set arrow from 0.001, graph 0 to 0.001, graph 1 nohead back dt 3 lc rgb "#b0b0b0"
set arrow from graph 0, first 0.0001 to graph 1, first 0.0001 nohead back dt 3 lc rgb "#b0b0b0"
set label "EPT is cheaper" at graph 0.3, graph 0.965 center font ",13" tc rgb "#0060a8"
set label "shadow paging is cheaper" at graph 0.985, graph 0.16 right font ",13" tc rgb "#e08a00"
set label "memcached" at graph 0.8730, graph 0.4024 left noenhanced front font "Oblique,10" tc rgb "#0060a8"
set label "canneal" at graph 0.9218, graph 0.3096 left noenhanced front font "Oblique,10" tc rgb "#e08a00"
set label "astar" at graph 0.7949, graph 0.3220 right noenhanced front font "Oblique,10" tc rgb "#e08a00"
set label "gcc" at graph 0.7195, graph 0.3748 left noenhanced front font "Oblique,10" tc rgb "#0060a8"
set label "graph500" at graph 0.9050, graph 0.2467 center noenhanced front font "Oblique,10" tc rgb "#e08a00"
set label "tigr" at graph 0.8624, graph 0.3346 center noenhanced front font "Oblique,10" tc rgb "#e08a00"
set label "dedup" at graph 0.8078, graph 0.5357 left noenhanced front font "Oblique,10" tc rgb "#0060a8"
set label "pte-edit" at graph 0.8013, graph 0.8246 left noenhanced front font ",10" tc rgb "#404040"
set label "reach pages=64K page=2M" at graph 0.7467, graph 0.0614 right noenhanced front font ",10" tc rgb "#404040"
plot "model-break-even-2m-sandy-bridge-line.tsv" using (column("x")):(column("low")):(column("high")) with filledcurves fc rgb "#7a7a7a" fs transparent solid 0.16 noborder notitle, \
  "model-break-even-2m-sandy-bridge-line.tsv" using (column("x")):(column("mid_low")):(column("mid_high")) with filledcurves fc rgb "#7a7a7a" fs transparent solid 0.28 noborder notitle, \
  "model-break-even-2m-sandy-bridge-line.tsv" using (column("x")):(column("line")) with lines lw 2 lc rgb "#303030" notitle, \
  "model-break-even-2m-sandy-bridge.tsv" using (stringcolumn("won") eq "tie" ? column("x") : NaN):(column("y")) with points pt 9 ps 0.8 lw 1 lc rgb "#8a8a8a" notitle, \
  "model-break-even-2m-sandy-bridge.tsv" using (stringcolumn("won") eq "ept" ? column("x") : NaN):(column("y")) with points pt 7 ps 0.9 lw 1 lc rgb "#0060a8" notitle, \
  "model-break-even-2m-sandy-bridge-published.tsv" using (stringcolumn("won") eq "ept" ? column("x") : NaN):(column("y")) with points pt 12 ps 1.4 lw 1.5 lc rgb "#0060a8" notitle, \
  "model-break-even-2m-sandy-bridge-published.tsv" using (stringcolumn("won") eq "spt" ? column("x") : NaN):(column("y")) with points pt 12 ps 1.4 lw 1.5 lc rgb "#e08a00" notitle
unset output
}
