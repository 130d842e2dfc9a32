# Break-even of EPT and shadow paging, 4K pages, skylake-sp (emulated machine)
# Makes model-break-even-skylake-sp.svg and model-break-even-skylake-sp.png: run it in this folder.
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
set output "model-break-even-skylake-sp.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Break-even of EPT and shadow paging, 4K pages, skylake-sp}" at screen 0.012, screen 0.9695 left
set label "{/*0.86 emulated machine · who is cheaper in modelled cycles}" at screen 0.012, screen 0.9322 left
set label "EPT cheaper" at screen 0.024, screen 0.8949 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow cheaper" at screen 0.192, screen 0.8949 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
set label "equal, or open" at screen 0.392, screen 0.8949 left noenhanced font ",12" point pt 9 ps 1 lw 1.6 lc rgb "#8a8a8a" offset 0.9,-0.25
set label "as published (Agile Paging)" at screen 0.593, screen 0.8949 left noenhanced font ",12" point pt 12 ps 1 lw 1.6 lc rgb "#404040" offset 0.9,-0.25
set logscale xy 10
unset key
set xrange [0.000199526:10000]
set xtics ("0" 0.000446684, "0.001" 0.001, "0.01" 0.01, "0.1" 0.1, "1" 1, "10" 10, "100" 100, "1000" 1000, "10000" 10000) font ",11"
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
set label "memcached" at graph 0.5024, graph 0.4761 left noenhanced front font "Oblique,10" tc rgb "#0060a8"
set label "canneal" at graph 0.5124, graph 0.3437 left noenhanced front font "Oblique,10" tc rgb "#e08a00"
set label "astar" at graph 0.4417, graph 0.3252 right noenhanced front font "Oblique,10" tc rgb "#e08a00"
set label "gcc" at graph 0.3055, graph 0.3656 left noenhanced front font "Oblique,10" tc rgb "#0060a8"
set label "graph500" at graph 0.5480, graph 0.4120 left noenhanced front font "Oblique,10" tc rgb "#e08a00"
set label "mcf" at graph 0.5563, graph 0.3082 left noenhanced front font "Oblique,10" tc rgb "#e08a00"
set label "tigr" at graph 0.4933, graph 0.2831 center noenhanced front font "Oblique,10" tc rgb "#e08a00"
set label "dedup" at graph 0.4294, graph 0.5435 left noenhanced front font "Oblique,10" tc rgb "#0060a8"
set label "kpti" at graph 0.6393, graph 0.8774 left noenhanced front font ",10" tc rgb "#404040"
set label "switch" at graph 0.6104, graph 0.7949 center noenhanced front font ",10" tc rgb "#404040"
set label "mixed copy" at graph 0.5864, graph 0.9091 left noenhanced front font ",10" tc rgb "#404040"
set label "fork child-write" at graph 0.5077, graph 0.9087 right noenhanced front font ",10" tc rgb "#404040"
set label "churn" at graph 0.4666, graph 0.8774 right noenhanced front font ",10" tc rgb "#404040"
set label "pte-edit" at graph 0.4665, graph 0.8246 right noenhanced front font ",10" tc rgb "#404040"
set label "mixed scan" at graph 0.4202, graph 0.7195 left noenhanced front font ",10" tc rgb "#404040"
set label "accessed-scan clear" at graph 0.2548, graph 0.4549 right noenhanced front font ",10" tc rgb "#404040"
set label "fork" at graph 0.2438, graph 0.4021 left noenhanced front font ",10" tc rgb "#404040"
set label "mixed protect" at graph 0.1766, graph 0.3493 right noenhanced front font ",10" tc rgb "#404040"
set label "mixed unmap" at graph 0.0595, graph 0.8247 left noenhanced front font ",10" tc rgb "#404040"
set label "fork exit" at graph 0.2460, graph 0.0911 center noenhanced front font ",10" tc rgb "#404040"
set label "accessed-scan scan" at graph 0.2297, graph 0.0317 center noenhanced front font ",10" tc rgb "#404040"
set label "pte-edit loads=1K over=8K" at graph 0.8600, graph 0.8545 center noenhanced front font ",10" tc rgb "#404040"
set label "pte-edit loads=256 over=8K" at graph 0.7821, graph 0.7952 center noenhanced front font ",10" tc rgb "#404040"
set label "sparse-stride stride=32M" at graph 0.4946, graph 0.0614 left noenhanced front font ",10" tc rgb "#404040"
set label "sparse-stride stride=1G" at graph 0.4805, graph 0.0911 center noenhanced front font ",10" tc rgb "#404040"
set label "pointer-chase pages=32K" at graph 0.4805, graph 0.0317 center noenhanced front font ",10" tc rgb "#404040"
set label "kpti pcid=1" at graph 0.0595, graph 0.8774 left noenhanced front font ",10" tc rgb "#404040"
plot "model-break-even-skylake-sp-line.tsv" using (column("x")):(column("low")):(column("high")) with filledcurves fc rgb "#7a7a7a" fs transparent solid 0.16 noborder notitle, \
  "model-break-even-skylake-sp-line.tsv" using (column("x")):(column("mid_low")):(column("mid_high")) with filledcurves fc rgb "#7a7a7a" fs transparent solid 0.28 noborder notitle, \
  "model-break-even-skylake-sp-line.tsv" using (column("x")):(column("line")) with lines lw 2 lc rgb "#303030" notitle, \
  "model-break-even-skylake-sp.tsv" using (stringcolumn("won") eq "tie" ? column("x") : NaN):(column("y")) with points pt 9 ps 0.8 lw 1 lc rgb "#8a8a8a" notitle, \
  "model-break-even-skylake-sp.tsv" using (stringcolumn("won") eq "ept" ? column("x") : NaN):(column("y")) with points pt 7 ps 0.9 lw 1 lc rgb "#0060a8" notitle, \
  "model-break-even-skylake-sp.tsv" using (stringcolumn("won") eq "spt" ? column("x") : NaN):(column("y")) with points pt 5 ps 0.9 lw 1 lc rgb "#e08a00" notitle, \
  "model-break-even-skylake-sp-published.tsv" using (stringcolumn("won") eq "ept" ? column("x") : NaN):(column("y")) with points pt 12 ps 1.4 lw 1.5 lc rgb "#0060a8" notitle, \
  "model-break-even-skylake-sp-published.tsv" using (stringcolumn("won") eq "spt" ? column("x") : NaN):(column("y")) with points pt 12 ps 1.4 lw 1.5 lc rgb "#e08a00" notitle
unset output
}
