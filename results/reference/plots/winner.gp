# Who wins, and by how much (emulated machine)
# Makes winner.svg and winner.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,928 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1856 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "winner.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Who wins, and by how much}" at screen 0.012, screen 0.9806 left
set label "{/*0.86 emulated machine · cost in instructions}" at screen 0.012, screen 0.9569 left
set yrange [-30.90:0]
set lmargin at screen 0.345
set tmargin at screen 0.9116
set bmargin at screen 0.0797
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("hypercall" -1.90, "port-io" -2.90, "dense-sequential" -3.90, "hot-set" -4.90, "sparse-stride" -5.90, "random" -6.90, "pointer-chase" -7.90, "reach" -8.90, "demand-paging" -9.90, "churn" -10.90, "mprotect" -11.90, "pte-edit" -12.90, "switch" -13.90, "kpti" -14.90, "fork" -15.90, "accessed-scan" -16.90, "mixed" -17.90, "dense-sequential: first-touch" -20.05, "hot-set: first-touch" -21.05, "sparse-stride: first-touch" -22.05, "random: first-touch" -23.05, "pointer-chase: build" -24.05, "reach: first-touch" -25.05, "mprotect: warm-up" -27.20, "pte-edit: warm-up" -28.20, "switch: first-round" -29.20, "kpti: first-calls" -30.20)
set label "{/:Bold Whole workloads with set-up}" at screen 0.012, first -0.90 left front
set label "{/:Bold Cold: tables being filled}" at screen 0.012, first -19.05 left front
set label "{/:Bold Not cold for both: set-up had filled one}" at screen 0.012, first -26.20 left front
set rmargin at screen 0.95
set logscale x 10
set xrange [0.4:45.3]
set xtics ("0.1×" 0.1, "1×" 1, "10×" 10, "100×" 100)
set label "shadow paging cheaper ←  cost of shadow ÷ cost of EPT  → EPT cheaper" at screen 0.985, screen 0.0194 right font ",12"
set arrow from 1, graph 0 to 1, graph 1 nohead front lc rgb "#808080" lw 1.2
set label "EPT wins" at screen 0.024, screen 0.9332 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow paging wins" at screen 0.160, screen 0.9332 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
plot "winner.tsv" using (column("EPT wins")):(column("y")):(column("EPT wins") < 1 ? column("EPT wins") : 1):(column("EPT wins") > 1 ? column("EPT wins") : 1):(column("y")-0.33):(column("y")+0.33) with boxxyerror fill solid 1.0 fc rgb "#0060a8" title "EPT wins", \
  "winner.tsv" using (column("equal")):(column("y")) with points pt 6 ps 0.7 lc rgb "#606060" notitle, \
  "winner.tsv" using (column("shadow/EPT") > 1 ? column("shadow/EPT") : 1):(column("y")):(stringcolumn("text")) with labels left offset 0.7,0 font ",12" notitle, \
  "winner.tsv" using (1):(column("y")):(stringcolumn("none")) with labels left offset 0.7,0 font ",12" tc rgb "#8a8a8a" notitle
unset output
}
